import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Codec, schemaIdOf } from '../schemas/codecs.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { topicCodecs } from '../schemas/topic-codecs.ts';
import { topics } from '../schemas/topics.ts';
import type { Bus, BusMessage } from './bus/bus.ts';
import { rateLimited } from './logging.ts';
import { shownAddress } from './redact.ts';

export interface SchemaRegistryOptions {
  /** Confluent's API, for example http://registry:8080/apis/ccompat/v7; may hold user and password. */
  readonly url: string;
  readonly log: Logger;
  /** Ends the waiting for a registry that is away at the start. */
  readonly stopping?: AbortSignal;
}

/** A registry within reach answers within milliseconds. */
const answerWithinMs = 10_000;
/** While it is away at the start, milliseconds; a random half of it at least, so that a fleet of processes does not come as one. */
const retryMs = 2_000;
/** Of ids that the registry does not know, remembered so that garbage is asked about once. */
const mostUnknownIds = 1_000;

/**
 * Makes the messages of a bus readable for everybody who uses the registry: registers each topic's schema under
 * `<topic>-value`, lets the codecs write the registry's ids, and learns the schemas of messages that others have
 * written before a batch is delivered. While the registry is away at the start, it is waited for; while it is away
 * later, only batches with schemas never seen before are held back.
 * @param bus Closed with the one that is returned, and when this fails.
 * @throws SCHEMA_REFUSED, REGISTRY_REFUSED
 */
export async function withSchemaRegistry(bus: Bus, options: SchemaRegistryOptions): Promise<Bus> {
  const registry = new Registry(options.url);
  try {
    await registerWhenPossible(registry, options);
  } catch (error) {
    await bus.close();
    throw error;
  }
  const codecs = new Map(entries.map(({ topic, codec }) => [topic.name as string, codec]));
  const learner = new Learner(registry, options.log);
  return {
    publish: (topic, key, value) => bus.publish(topic, key, value),
    subscribe: (subscribed) =>
      bus.subscribe({
        ...subscribed,
        async onBatch(batch, subscription) {
          for (const message of batch) {
            const codec = codecs.get(message.topic);
            const id = message.value && schemaIdOf(message.value);
            // Nothing is awaited for what is known: that is nearly every message.
            if (codec && typeof id === 'number' && !codec.knows(id)) await learner.learn(codec, id, message);
          }
          return subscribed.onBatch(batch, subscription);
        },
      }),
    offsets: (topic) => bus.offsets(topic),
    offsetAt: (topic, partition, timestampMs) => bus.offsetAt(topic, partition, timestampMs),
    close: () => bus.close(),
  };
}

const entries = (Object.keys(topics) as (keyof typeof topics)[]).map((name) => ({ topic: topics[name], codec: topicCodecs[name] }));

async function registerWhenPossible(registry: Registry, { log, stopping }: SchemaRegistryOptions): Promise<void> {
  const waiting = rateLimited((reason: string, times) =>
    log.warn({ registry: registry.shown, reason, times }, 'the schema registry cannot be reached; waiting for it'),
  );
  for (;;) {
    try {
      await registerAll(registry);
      log.info({ registry: registry.shown }, 'the schemas are registered');
      return;
    } catch (thrown) {
      const error = asRoadstreamError(thrown);
      if (!error.retryable) throw error;
      waiting(error.message);
      await sleep(retryMs * (0.5 + Math.random() / 2), undefined, { signal: stopping });
    }
  }
}

async function registerAll(registry: Registry): Promise<void> {
  const adopted = new Set<Codec<unknown>>();
  for (const { topic, codec } of entries) {
    const id = await registry.register(`${topic.name}-value`, codec.schema);
    // Topics that share a schema share its id, unless the registry counts by subject.
    if (!adopted.has(codec)) codec.adopt(id);
    else if (!codec.knows(id)) codec.learn(id, codec.schema);
    adopted.add(codec);
  }
}

/** Asks the registry about ids that a codec does not know, each once. */
class Learner {
  readonly #registry: Registry;
  readonly #log: Logger;
  readonly #unknown = new Set<string>();

  constructor(registry: Registry, log: Logger) {
    this.#registry = registry;
    this.#log = log;
  }

  /** What cannot be learned is left to the codec to refuse. @throws REGISTRY_UNAVAILABLE, REGISTRY_REFUSED: then the batch is to come again. */
  async learn(codec: Codec<unknown>, id: number, { topic }: BusMessage): Promise<void> {
    const key = `${topic} ${id}`;
    if (this.#unknown.has(key)) return;
    try {
      codec.learn(id, await this.#registry.schema(id));
      this.#log.info({ topic, schemaId: id }, 'another version of a schema is read from now on');
    } catch (thrown) {
      const { code, message, retryable } = asRoadstreamError(thrown);
      if (retryable) throw thrown;
      this.#log.warn({ topic, schemaId: id, code, reason: message }, 'messages with this schema cannot be read');
      if (this.#unknown.size >= mostUnknownIds) this.#unknown.clear();
      this.#unknown.add(key);
    }
  }
}

/** What is used of a registry's REST interface. Source: Confluent Schema Registry API v7. */
class Registry {
  /** Without credentials. */
  readonly shown: string;
  readonly #address: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(url: string) {
    const address = new URL(url);
    const { username, password } = address;
    // fetch refuses addresses with credentials in them.
    address.username = '';
    address.password = '';
    this.shown = shownAddress(url);
    this.#address = address.href.replace(/\/+$/, '');
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
    this.#headers = {
      'content-type': 'application/vnd.schemaregistry.v1+json',
      ...(username && { authorization: `Basic ${credentials}` }),
    };
  }

  /**
   * @returns The schema's id, which it has got already if it is a version of the subject, the newest or not.
   * @throws SCHEMA_REFUSED, REGISTRY_REFUSED, REGISTRY_UNAVAILABLE
   */
  async register(subject: string, schema: object): Promise<number> {
    const at = `/subjects/${encodeURIComponent(subject)}`;
    const body = { schema: JSON.stringify(schema) };
    const known = await this.#ask('POST', at, body);
    if (known.status === 200) return idOf(known);
    if (known.status !== 404) throw this.#refusal(known);
    const registered = await this.#ask('POST', `${at}/versions`, body);
    if (registered.status === 409) {
      // Another process may have been faster with the same schema.
      const meanwhile = await this.#ask('POST', at, body);
      if (meanwhile.status === 200) return idOf(meanwhile);
    }
    if (registered.status === 409 || registered.status === 422)
      throw new RoadstreamError(
        'SCHEMA_REFUSED',
        `The schema registry ${this.shown} refuses the schema of ${subject}: ${messageOf(registered)}. ` +
          'A new version must read what the earlier ones have written: give new fields a default, and leave the types of the others. ' +
          'A schema that breaks with the old one needs a new topic.',
      );
    if (registered.status !== 200) throw this.#refusal(registered);
    // Only of a subject of ours: whoever sets another level later has a reason to.
    if ((known.body as { error_code?: number }).error_code === unknownSubject) {
      const configured = await this.#ask('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: 'BACKWARD' });
      // 409: another process is just doing the same.
      if (configured.status !== 200 && configured.status !== 409) throw this.#refusal(configured);
    }
    return idOf(registered);
  }

  /** @throws SCHEMA_UNKNOWN, REGISTRY_REFUSED (retryable where credentials are missing), REGISTRY_UNAVAILABLE */
  async schema(id: number): Promise<object> {
    const found = await this.#ask('GET', `/schemas/ids/${id}`);
    if (found.status === 404) throw new RoadstreamError('SCHEMA_UNKNOWN', `The schema registry ${this.shown} knows no schema ${id}.`);
    // Credentials are mended without a restart; until then a batch waits, rather than being given up message by message.
    if (found.status === 401 || found.status === 403)
      throw new RoadstreamError('REGISTRY_REFUSED', this.#refusal(found).message, { retryable: true });
    if (found.status !== 200) throw this.#refusal(found);
    const { schema, schemaType = 'AVRO' } = found.body as { schema: string; schemaType?: string };
    if (schemaType !== 'AVRO') throw new RoadstreamError('SCHEMA_UNKNOWN', `Schema ${id} is ${schemaType}, not Avro.`);
    return JSON.parse(schema) as object;
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer> {
    try {
      const response = await fetch(`${this.#address}${path}`, {
        method,
        headers: this.#headers,
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(answerWithinMs),
      });
      const text = await response.text();
      if (response.status >= 500 || response.status === 429) throw new Error(`it answers ${response.status}`);
      return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : {} };
    } catch (cause) {
      const { message, cause: reason } = cause as Error;
      const why = reason instanceof Error ? `${message}: ${reason.message}` : message;
      throw new RoadstreamError('REGISTRY_UNAVAILABLE', `The schema registry ${this.shown} cannot be reached: ${why}.`, {
        cause,
        retryable: true,
      });
    }
  }

  #refusal(answer: Answer): RoadstreamError {
    const message = `The schema registry ${this.shown} answers ${answer.status}: ${messageOf(answer)}. Check the credentials and the path of its address.`;
    return new RoadstreamError('REGISTRY_REFUSED', message);
  }
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

/** Of the API's error codes: there is no such subject; for one without this schema it is 40403. */
const unknownSubject = 40401;

function idOf({ body }: Answer): number {
  return (body as { id: number }).id;
}

function messageOf({ body }: Answer): string {
  return (body as { message?: string }).message ?? 'no reason given';
}
