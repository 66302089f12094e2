import { readFileSync } from 'node:fs';
import avro from 'avsc';
import { RoadstreamError } from './errors.ts';
import type { AccessUnit, Alert, Checkpoint, Control, Perception, Snapshot, StreamStatus } from './messages.ts';

/** Encodes and decodes one kind of message in the Confluent wire format: 0x00, schema id (4 bytes, big endian), Avro body. */
export interface Codec<T> {
  /** Without a schema registry, ids are these numbers; they are never given to another schema. */
  readonly schemaId: number;
  readonly schema: object;
  encode(value: T): Buffer;
  /** @throws MESSAGE_INVALID when the bytes are not this kind of message. */
  decode(bytes: Buffer): T;
}

const headerBytes = 5;

function codec<T>(schemaId: number, file: string): Codec<T> {
  const schema = JSON.parse(readFileSync(new URL(`./avro/${file}.avsc`, import.meta.url), 'utf8')) as object;
  const type = avro.Type.forSchema(schema as avro.Schema);
  return {
    schemaId,
    schema,
    encode(value) {
      const body = type.toBuffer(value);
      const bytes = Buffer.allocUnsafe(headerBytes + body.length);
      bytes[0] = 0;
      bytes.writeUInt32BE(schemaId, 1);
      body.copy(bytes, headerBytes);
      return bytes;
    },
    decode(bytes) {
      if (bytes.length < headerBytes || bytes[0] !== 0)
        throw new RoadstreamError(
          'MESSAGE_INVALID',
          `A ${file} message must begin with byte 0 and a schema id; got ${bytes.length} bytes beginning with ${bytes.subarray(0, headerBytes).toString('hex')}.`,
        );
      const id = bytes.readUInt32BE(1);
      if (id !== schemaId)
        throw new RoadstreamError('MESSAGE_INVALID', `A ${file} message must have schema ${schemaId}; this one has ${id}.`);
      try {
        return type.fromBuffer(bytes.subarray(headerBytes)) as T;
      } catch (cause) {
        throw new RoadstreamError('MESSAGE_INVALID', `A ${file} message of ${bytes.length} bytes does not match its schema.`, { cause });
      }
    },
  };
}

export const accessUnitCodec = codec<AccessUnit>(1, 'access-unit');
export const perceptionCodec = codec<Perception>(2, 'perception');
export const alertCodec = codec<Alert>(3, 'alert');
export const streamStatusCodec = codec<StreamStatus>(4, 'stream-status');
export const checkpointCodec = codec<Checkpoint>(5, 'checkpoint');
export const controlCodec = codec<Control>(6, 'control');
export const snapshotCodec = codec<Snapshot>(7, 'snapshot');
