import { RoadstreamError } from '../../schemas/errors.ts';

/** What kafkajs puts on its errors; its classes wrap one another. */
interface KafkaFailure {
  readonly name?: string;
  readonly message?: string;
  /** Kafka's name of the error, when the broker said it. */
  readonly type?: string;
  readonly code?: number | string;
  readonly retriable?: boolean;
  readonly cause?: unknown;
  /** Of an operation on several topics. */
  readonly errors?: readonly KafkaFailure[];
}

/** Broker errors that only pass when somebody changes something; kafkajs marks some of them retriable. */
const refusals = [
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_SASL_MECHANISM',
  'ILLEGAL_SASL_STATE',
  'POLICY_VIOLATION',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_CONFIG',
  'INVALID_SESSION_TIMEOUT',
];

/** @returns The failure and what it wraps, outermost first. */
function chainOf(thrown: unknown): KafkaFailure[] {
  const chain: KafkaFailure[] = [];
  for (let link = thrown as KafkaFailure | undefined; link && chain.length < 10; link = (link.cause ?? link.errors?.[0]) as KafkaFailure)
    chain.push(link);
  return chain;
}

/** @returns Kafka's name of the error, for example `MESSAGE_TOO_LARGE`; undefined when it was not the broker that failed. */
export function kafkaErrorOf(thrown: unknown): string | undefined {
  return chainOf(thrown).find(({ type }) => type !== undefined)?.type;
}

/** Whether the broker has answered, and will answer the same again. */
export function isRefusal(thrown: unknown): boolean {
  return chainOf(thrown).some(({ name, type }) => name === 'KafkaJSSASLAuthenticationError' || (type && refusals.includes(type)));
}

/** Whether the same thing may succeed later: unless a broker has answered that it will not. What never reached one may. */
export function isRetriable(thrown: unknown): boolean {
  if (thrown instanceof RoadstreamError) return thrown.retryable;
  const answer = chainOf(thrown).find(({ type }) => type !== undefined);
  return !isRefusal(thrown) && answer?.retriable !== false;
}

/** @param what Was tried, for example `publish to roadstream.alerts.v1`. */
export function asBusError(thrown: unknown, what: string): RoadstreamError {
  if (thrown instanceof RoadstreamError) return thrown;
  const chain = chainOf(thrown);
  const reason = chain.at(-1)?.message ?? String(thrown);
  if (chain.some(({ type }) => type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE'))
    return new RoadstreamError('MESSAGE_TOO_LARGE', `To ${what} failed: a message is larger than the topic takes (max.message.bytes).`, {
      cause: thrown,
    });
  if (chain.some(({ name, type }) => name === 'KafkaJSSASLAuthenticationError' || type === 'SASL_AUTHENTICATION_FAILED'))
    return new RoadstreamError(
      'BUS_REFUSED',
      `The Kafka brokers refuse the credentials (${reason}). Check the user's name, its password and kafka.sasl.mechanism.`,
      { cause: thrown },
    );
  if (isRetriable(thrown))
    return new RoadstreamError('BUS_UNAVAILABLE', `To ${what} failed for now: ${reason}.`, { cause: thrown, retryable: true });
  return new RoadstreamError('BUS_REFUSED', `The Kafka brokers refuse to ${what}: ${reason}.`, { cause: thrown });
}
