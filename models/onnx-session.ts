import ort, { type InferenceSession } from 'onnxruntime-node';
import type { Configuration } from '../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';

export interface DeviceOptions {
  /** How many cores one inference may use. */
  readonly threads: number;
  readonly device: Exclude<Configuration['device'], 'auto'>;
}

/** What auto stands for: the CPU, since a software renderer cannot be told from a GPU here, and is far slower. */
export function resolveDevice(device: Configuration['device'] = 'auto'): DeviceOptions['device'] {
  return device === 'auto' ? 'cpu' : device;
}

/**
 * @param name The model's, for messages.
 * @throws DEVICE_UNAVAILABLE, MODEL_CORRUPT when onnxruntime cannot read it.
 */
export async function openOnnxSession(name: string, onnx: Uint8Array, { threads, device }: DeviceOptions): Promise<InferenceSession> {
  return createSession(onnx, threads, device).catch(async (cause: unknown) => {
    const reason = asRoadstreamError(cause).message.trim();
    if (device !== 'cpu' && (await loads(onnx)))
      throw new RoadstreamError('DEVICE_UNAVAILABLE', `${device} cannot be used: ${reason}. ${remedies[device]}`, { cause });
    throw new RoadstreamError('MODEL_CORRUPT', `onnxruntime cannot load ${name}: ${reason}`, { cause });
  });
}

const remedies = {
  webgpu: 'It needs a GPU with a Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS) driver; or set device: cpu.',
  cuda: "It needs NVIDIA's CUDA 12 and cuDNN 9, and onnxruntime-node installed with its CUDA parts (npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12); or set device: cpu.",
} as const;

async function createSession(onnx: Uint8Array, threads: number, device: DeviceOptions['device']): Promise<InferenceSession> {
  return ort.InferenceSession.create(onnx, {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Errors only: warnings would go to standard error unasked.
    logSeverityLevel: 3,
    // Threads that wait for work by spinning would take the cores that decoding needs.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
}

/** Whether it is a model at all: on the CPU every sound one opens. */
async function loads(onnx: Uint8Array): Promise<boolean> {
  return createSession(onnx, 1, 'cpu').then(
    (session) => session.release().then(() => true),
    () => false,
  );
}
