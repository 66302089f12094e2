import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RoadstreamError } from '../../../schemas/errors.ts';

/** A head at rest: centimetres, x to the picture's right, y up, z towards the camera. */
export interface FaceGeometry {
  /** x, y, z of each of the 468 points of MediaPipe's face mesh. */
  readonly points: Float32Array;
  /** Three points each, all of one winding. */
  readonly triangles: Uint16Array;
}

export const facePoints = 468;

const metadataName = 'geometry_pipeline_metadata_landmarks.binarypb';

/**
 * MediaPipe's canonical face, out of the npm package that carries it.
 * @throws INTERNAL when the package holds none.
 */
export function readFaceGeometry(): FaceGeometry {
  try {
    const loader = packageFile('face_mesh_solution_packed_assets_loader.js').toString('utf8');
    const [, start, end] = new RegExp(`${metadataName}",\\s*"start":\\s*(\\d+),\\s*"end":\\s*(\\d+)`).exec(loader)!;
    return parseGeometry(packageFile('face_mesh_solution_packed_assets.data').subarray(Number(start), Number(end)));
  } catch (cause) {
    throw new RoadstreamError('INTERNAL', '@mediapipe/face_mesh holds no face geometry, from which drivers are drawn; install it anew.', {
      cause,
    });
  }
}

function packageFile(name: string): Buffer {
  return readFileSync(fileURLToPath(import.meta.resolve(`@mediapipe/face_mesh/${name}`)));
}

/** MediaPipe's face_geometry.GeometryPipelineMetadata: field 1 is the mesh; its field 3 are floats x, y, z, u, v, field 4 indices. */
function parseGeometry(metadata: Buffer): FaceGeometry {
  const coordinates: number[] = [];
  const indices: number[] = [];
  for (const { field: part, bytes } of fieldsOf(metadata)) {
    if (part !== 1 || !bytes) continue;
    for (const { field, value } of fieldsOf(bytes))
      if (field === 3) coordinates.push(value);
      else if (field === 4) indices.push(value);
  }
  if (coordinates.length !== facePoints * 5 || indices.length % 3 !== 0 || indices.some((index) => index >= facePoints))
    throw new Error(`${coordinates.length} coordinates and ${indices.length} indices`);
  const points = Float32Array.from({ length: facePoints * 3 }, (_, at) => coordinates[Math.floor(at / 3) * 5 + (at % 3)]!);
  return { points, triangles: Uint16Array.from(indices) };
}

interface Field {
  readonly field: number;
  /** A varint, or a float of 32 bits. */
  readonly value: number;
  readonly bytes?: Buffer;
}

/** The fields of a protocol buffer, as far as this one has them. */
function* fieldsOf(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      const byte = message[at++]!;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const key = varint();
    const field = key >>> 3;
    const wire = key & 7;
    if (wire === 0) yield { field, value: varint() };
    else if (wire === 2) {
      const length = varint();
      at += length;
      yield { field, value: length, bytes: message.subarray(at - length, at) };
    } else if (wire === 5) {
      at += 4;
      yield { field, value: message.readFloatLE(at - 4) };
    } else throw new Error(`wire type ${wire}`);
  }
}
