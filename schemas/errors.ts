/** Every error code a user can meet. A new failure gets a new line here, never free text. */
export const errorCodes = {
  CONFIGURATION_INVALID: 'The configuration is not understood.',
  NODE_TOO_OLD: 'The running Node.js is too old.',
  PORT_IN_USE: 'The address to listen on is taken.',
  NOT_FOUND: 'What was asked for does not exist.',
  REQUEST_INVALID: 'The request is not understood.',
  REQUEST_REFUSED: "The request comes from another site, or by a name that is not this gateway's.",
  SOURCE_SCHEME_REFUSED: 'The source address has a scheme that is not accepted.',
  SOURCE_PATH_REFUSED: 'The file lies outside the configured folders.',
  SOURCE_UNREACHABLE: 'The camera cannot be reached.',
  SOURCE_UNAUTHORIZED: 'The camera refuses the credentials.',
  SOURCE_NOT_FOUND: 'The camera or file knows nothing under this path.',
  SOURCE_INVALID: 'The source sends no video that can be read.',
  SOURCE_STALLED: 'The source is connected but sends no frames.',
  SOURCE_ENDED: 'The source has ended.',
  CODEC_UNSUPPORTED: 'The video codec is not supported.',
  SCENARIO_UNKNOWN: 'There is no such simulated scenario.',
  DECODE_FAILED: 'The video cannot be decoded.',
  MODEL_UNKNOWN: 'There is no such model.',
  MODEL_MISSING: 'The model has not been fetched.',
  MODEL_CORRUPT: 'The model file is not what it should be.',
  MODEL_HEAD_UNKNOWN: 'The model has a head that is not known.',
  MODEL_SHAPE_WRONG: 'The model has inputs or outputs of another shape than its head needs.',
  DEVICE_UNAVAILABLE: 'The device chosen for inference cannot be used.',
  MODEL_DOWNLOAD_FAILED: 'The model cannot be fetched.',
  INFERENCE_STUCK: 'The model gave no answer in time.',
  INFERENCE_FAILED: 'The model failed.',
  MESSAGE_INVALID: 'A message cannot be decoded.',
  MESSAGE_TOO_LARGE: 'A message is larger than the bus accepts.',
  BUS_CLOSED: 'The bus is closed.',
  BUS_UNAVAILABLE: 'The Kafka brokers cannot be reached.',
  BUS_REFUSED: 'The Kafka brokers refuse the credentials, or what was asked of them.',
  BROKER_FAILED: 'The broker on this machine does not run.',
  TOOL_MISSING: 'A program that this needs is not installed.',
  DOWNLOAD_FAILED: 'What this needs cannot be fetched.',
  TOPIC_UNKNOWN: 'There is no such topic.',
  TOPIC_DIFFERS: 'A topic on the broker is not laid out as it should be.',
  SCHEMA_REFUSED: 'The schema registry refuses a schema.',
  SCHEMA_UNKNOWN: 'A message names a schema that nobody knows.',
  REGISTRY_REFUSED: 'The schema registry refuses the credentials, or what was asked of it.',
  REGISTRY_UNAVAILABLE: 'The schema registry cannot be reached.',
  DATABASE_LOCKED: 'Another process uses the database directory.',
  DATABASE_UNAVAILABLE: 'The database cannot be reached.',
  DATABASE_FAILED: 'The database refused a statement.',
  BUFFER_LOCKED: 'Another recorder uses the buffer directory.',
  DISK_FULL: 'The disk is full.',
  FILE_UNWRITABLE: 'The file cannot be written.',
  OVERLOADED: 'Too many are served already.',
  INTERNAL: 'Something that should not happen has happened.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorOptions {
  readonly cause?: unknown;
  /** Whether the same thing may succeed when tried again later. */
  readonly retryable?: boolean;
}

/** The one error that crosses a boundary. The message says what failed, with what, and what to do. */
export class RoadstreamError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RoadstreamError';
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/** Gives any thrown value as a RoadstreamError; foreign ones become INTERNAL. */
export function asRoadstreamError(thrown: unknown): RoadstreamError {
  if (thrown instanceof RoadstreamError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new RoadstreamError('INTERNAL', message, { cause: thrown });
}
