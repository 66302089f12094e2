import { decodeFaces, type Face, faceFinderSide, sigmoid } from './face-anchors.ts';
import { faceMeshSide, type MeshOutputs, mergePoints } from './face-points.ts';
import { type ModelOptions, type Network, openNetwork } from './network.ts';
import { sha256 } from './store.ts';

export { type Face, faceFinderSide, type Point } from './face-anchors.ts';
export { faceMeshSide, facePointCount } from './face-points.ts';

export interface FacesFound {
  /** Best score first. */
  readonly faces: readonly Face[];
  readonly inferenceMs: number;
}

export interface FaceMesh {
  /** 0..1, that a face fills the picture; below 0.5 the points mean nothing. */
  readonly score: number;
  /** x, y, z of 478 points, as `mergePoints` gives them. */
  readonly points: Float32Array;
  readonly inferenceMs: number;
}

/** The two models that see a face: where one is, and all its points. Pictures must stay as they are until the answer. */
export interface FaceModels {
  readonly name: 'face';
  /** Of both, 16 hex digits: part of every perception's model set. */
  readonly hash: string;
  /**
   * @param rgb uint8 [128, 128, 3], the whole picture with its shape kept.
   * @throws INFERENCE_STUCK, INFERENCE_FAILED
   */
  find(rgb: Uint8Array): Promise<FacesFound>;
  /**
   * @param rgb uint8 [192, 192, 3], a square 1.5 times as large as the face, turned so that the eyes are level.
   * @throws INFERENCE_STUCK, INFERENCE_FAILED
   */
  mesh(rgb: Uint8Array): Promise<FaceMesh>;
  close(): Promise<void>;
}

/** @throws MODEL_MISSING, MODEL_CORRUPT, DEVICE_UNAVAILABLE */
export async function openFaceModels(options: ModelOptions): Promise<FaceModels> {
  const finder = await openNetwork({ ...options, name: 'face-finder' });
  const mesher = await openNetwork({ ...options, name: 'face-mesh' }).catch(async (error: unknown) => {
    await finder.close();
    throw error;
  });
  return {
    name: 'face',
    hash: sha256(finder.hash, mesher.hash).slice(0, 16),
    async find(rgb) {
      const { outputs, inferenceMs } = await look(finder, rgb, faceFinderSide);
      return { faces: decodeFaces(outputs.boxes!, outputs.scores!), inferenceMs };
    },
    async mesh(rgb) {
      const { outputs, inferenceMs } = await look(mesher, rgb, faceMeshSide);
      return { score: sigmoid(outputs.presence![0]!), points: mergePoints(outputs as unknown as MeshOutputs), inferenceMs };
    },
    async close() {
      await Promise.all([finder.close(), mesher.close()]);
    },
  };
}

async function look(network: Network, rgb: Uint8Array, side: number) {
  const { outputs, inferenceMs } = await network.run({ image: { data: rgb, shape: [1, side, side, 3] } });
  return { outputs: Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, data])), inferenceMs };
}
