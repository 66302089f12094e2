import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { RoadstreamError } from './errors.ts';
import type {
  AccessUnit,
  Alert,
  AnalysisStatus,
  Checkpoint,
  Control,
  DeadLetter,
  Perception,
  Snapshot,
  StreamStatus,
  Telemetry,
} from './messages.ts';

/** Encodes and decodes one kind of message in the Confluent wire format: 0x00, schema id (4 bytes, big endian), Avro body. */
export interface Codec<T> {
  /** What `encode` writes. Without a schema registry, these are numbers that are never given to another schema. */
  readonly schemaId: number;
  readonly schema: object;
  encode(value: T): Buffer;
  /** @throws MESSAGE_INVALID when the bytes are not this kind of message, SCHEMA_UNKNOWN when nobody has told of their schema. */
  decode(bytes: Buffer): T;
  /** Gives the schema the id that a registry has for it. From then on, ids mean what the registry says, and nothing else. */
  adopt(schemaId: number): void;
  /**
   * Makes messages readable that were written with another version of the schema.
   * @throws SCHEMA_UNKNOWN when it is no version of this one, or one that cannot be read with it.
   */
  learn(schemaId: number, schema: object): void;
  knows(schemaId: number): boolean;
}

const headerBytes = 5;

/** @returns Undefined when the bytes do not begin as a message does. */
export function schemaIdOf(bytes: Buffer): number | undefined {
  return bytes.length < headerBytes || bytes[0] !== 0 ? undefined : bytes.readUInt32BE(1);
}

/** @param earlierIds Of earlier versions of the schema, which are kept in avro/earlier. */
function codec<T>(committedId: number, file: string, earlierIds: readonly number[] = []): Codec<T> {
  const schema = readSchema(file);
  const type = avro.Type.forSchema(schema as avro.Schema);
  const resolvers = new Map<number, Resolver>();
  let ownId = committedId;
  for (const id of earlierIds)
    resolvers.set(id, type.createResolver(avro.Type.forSchema(readSchema(`earlier/${id}-${file}`) as avro.Schema)));
  return {
    get schemaId() {
      return ownId;
    },
    schema,
    encode(value) {
      const body = type.toBuffer(value);
      const bytes = Buffer.allocUnsafe(headerBytes + body.length);
      bytes[0] = 0;
      bytes.writeUInt32BE(ownId, 1);
      body.copy(bytes, headerBytes);
      return bytes;
    },
    decode(bytes) {
      const id = schemaIdOf(bytes);
      if (id === undefined)
        throw new RoadstreamError(
          'MESSAGE_INVALID',
          `This is no ${file} message: it must begin with byte 0 and a schema id; got ${bytes.length} bytes beginning with ${bytes.subarray(0, headerBytes).toString('hex')}.`,
        );
      const resolver = resolvers.get(id);
      if (id !== ownId && !resolver)
        throw new RoadstreamError(
          'SCHEMA_UNKNOWN',
          `A ${file} message has schema ${id}, which is no known version of it; its own is ${ownId}. ` +
            'Whoever wrote it uses a schema registry that is not configured here, or writes to the wrong topic.',
        );
      try {
        return type.fromBuffer(bytes.subarray(headerBytes), resolver) as T;
      } catch (cause) {
        throw new RoadstreamError('MESSAGE_INVALID', `A ${file} message of ${bytes.length} bytes does not match its schema.`, { cause });
      }
    },
    adopt(id) {
      ownId = id;
      resolvers.clear();
    },
    learn(id, written) {
      try {
        resolvers.set(id, type.createResolver(avro.Type.forSchema(written as avro.Schema)));
      } catch (cause) {
        throw new RoadstreamError('SCHEMA_UNKNOWN', `Schema ${id} cannot be read as ${file}: ${(cause as Error).message}.`, { cause });
      }
    },
    knows: (id) => id === ownId || resolvers.has(id),
  };
}

function readSchema(name: string): object {
  return JSON.parse(readFileSync(new URL(`./avro/${name}.avsc`, import.meta.url), 'utf8')) as object;
}

type Resolver = ReturnType<avro.Type['createResolver']>;

export const accessUnitCodec = codec<AccessUnit>(1, 'access-unit');
export const perceptionCodec = codec<Perception>(10, 'perception', [2]);
export const alertCodec = codec<Alert>(3, 'alert');
export const streamStatusCodec = codec<StreamStatus>(4, 'stream-status');
export const checkpointCodec = codec<Checkpoint>(5, 'checkpoint');
export const controlCodec = codec<Control>(6, 'control');
export const snapshotCodec = codec<Snapshot>(7, 'snapshot');
export const deadLetterCodec = codec<DeadLetter>(8, 'dead-letter');
export const analysisStatusCodec = codec<AnalysisStatus>(9, 'analysis-status');
export const telemetryCodec = codec<Telemetry>(11, 'telemetry');
