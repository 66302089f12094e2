import type { Logger } from 'pino';
import type { Configuration } from '../schemas/configuration.ts';
import { type NetworkName, networks } from './manifest.ts';
import type { NetworkTaskOptions } from './network-task.ts';
import { resolveDevice } from './onnx-session.ts';
import type { NetworkFacts } from './prepare-network.ts';
import type { StoreOptions } from './store.ts';
import { LastingThread } from './thread/lasting-thread.ts';
import { checkTensors, type Tensors } from './thread/task.ts';
import { tellLoaded } from './told.ts';

/** What all models of a process have in common. */
export interface ModelOptions extends StoreOptions {
  /** What computes. auto, which it is unless given, means the CPU. */
  readonly device?: Configuration['device'] | undefined;
  readonly log?: Logger | undefined;
}

export interface NetworkOptions extends ModelOptions {
  readonly name: NetworkName;
  /**
   * An inference that takes longer counts as stuck; 10000 unless given, a hundred times what the slowest (lanes-small) takes, and
   * enough for a GPU to compile for another shape.
   */
  readonly deadlineMs?: number;
  /** Whether every other thread of the machine goes first (on Linux); for work that nobody waits for. */
  readonly isBackground?: boolean;
}

export interface NetworkResult {
  readonly outputs: Tensors<Float32Array>;
  /** Inference alone. */
  readonly inferenceMs: number;
}

/** A loaded model, whatever it is for. */
export interface Network {
  readonly name: NetworkName;
  /** SHA-256 of the model as it runs, first 16 hex digits: part of every perception's model set. */
  readonly hash: string;
  /**
   * Calls are answered in their order.
   * @param inputs By the model's names, in any shapes that it takes. Must stay as they are until the answer.
   * @throws INFERENCE_STUCK after the deadline (the session is being replaced; the next call works), INFERENCE_FAILED.
   */
  run(inputs: Tensors): Promise<NetworkResult>;
  close(): Promise<void>;
}

/**
 * Loads a model of the manifest in a thread of its own, since onnxruntime blocks the thread that runs it.
 * @throws MODEL_MISSING, MODEL_CORRUPT, DEVICE_UNAVAILABLE
 */
export async function openNetwork({ name, isBackground, log, ...options }: NetworkOptions): Promise<Network> {
  const { dataDirectory, mirror } = options;
  const device = resolveDevice(options.device);
  const entry = networks.find((candidate) => candidate.name === name)!;
  const { deadlineMs = 10_000 } = options;
  const thread = await LastingThread.start<NetworkFacts, Tensors<Float32Array>>({
    task: 'network-task',
    options: { entry, dataDirectory, mirror, device, threads: 1 } satisfies NetworkTaskOptions,
    isBackground,
    deadlineMs,
    log,
  });
  tellLoaded(thread.facts, log, device);
  return {
    name,
    hash: thread.facts.hash,
    async run(inputs) {
      checkTensors(name, inputs);
      const parts = Object.entries(inputs).map(([input, { data, shape }]) => [input, { parts: [data], shape }] as const);
      const { value, inferenceMs } = await thread.run(Object.fromEntries(parts));
      return { outputs: value, inferenceMs };
    },
    close: () => thread.close(),
  };
}
