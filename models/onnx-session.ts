import ort, { type InferenceSession } from 'onnxruntime-node';
import type { Configuration } from '../schemas/configuration.ts';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';

export interface DeviceOptions {
  /** What computes. auto, which it is unless given, means the CPU: a software renderer cannot be told from a GPU here, and is far slower. */
  readonly device?: Configuration['device'] | undefined;
  /** Cores that one inference may use; 1 unless given: more streams gain more from cores than one frame does. */
  readonly threads?: number | undefined;
  /** Most inputs that run as one, of several calls if need be, 1 to 8. Unless given 8 on a GPU, and 1 on the CPU, which gains nothing. */
  readonly largestBatch?: number | undefined;
}

/** The same, decided. */
export interface InferenceOptions {
  readonly device: Exclude<Configuration['device'], 'auto'>;
  readonly threads: number;
  readonly largestBatch: number;
}

export function inferenceOptions({ device = 'auto', threads = 1, largestBatch }: DeviceOptions): InferenceOptions {
  const chosen = device === 'auto' ? 'cpu' : device;
  return { device: chosen, threads, largestBatch: largestBatch ?? (chosen === 'cpu' ? 1 : 8) };
}

/**
 * @param name The model's, for messages.
 * @throws DEVICE_UNAVAILABLE, MODEL_CORRUPT when onnxruntime cannot read it.
 */
export async function openOnnxSession(name: string, onnx: Uint8Array, options: InferenceOptions): Promise<InferenceSession> {
  return createSession(onnx, options).catch(async (cause: unknown) => {
    const { device } = options;
    // Without the place in onnxruntime's source and the condition that it checks there.
    const reason = asRoadstreamError(cause)
      .message.replace(/^\/.* was false\.\s/s, '')
      .trim();
    if (device !== 'cpu' && (await loads(onnx)))
      throw new RoadstreamError('DEVICE_UNAVAILABLE', `${device} cannot be used: ${reason}. ${remedies[device]}`, { cause });
    throw new RoadstreamError('MODEL_CORRUPT', `onnxruntime cannot load ${name}: ${reason}`, { cause });
  });
}

const remedies = {
  webgpu: 'It needs a GPU with a Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS) driver; or set device: cpu.',
  cuda: "It needs NVIDIA's CUDA 12 and cuDNN 9, and onnxruntime-node installed with its CUDA parts (npm rebuild onnxruntime-node --onnxruntime-node-install=cuda12); or set device: cpu.",
} as const;

async function createSession(onnx: Uint8Array, { device, threads }: Omit<InferenceOptions, 'largestBatch'>): Promise<InferenceSession> {
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
  return createSession(onnx, { device: 'cpu', threads: 1 }).then(
    (session) => session.release().then(() => true),
    () => false,
  );
}
