import type { Logger } from 'pino';
import { Batcher } from './batcher.ts';
import { part } from './inference.ts';
import { type NetworkName, networks } from './manifest.ts';
import type { NetworkTaskFacts, NetworkTaskOptions } from './network-task.ts';
import { type DeviceOptions, inferenceOptions } from './onnx-session.ts';
import type { StoreOptions } from './store.ts';
import { LastingThread } from './thread/lasting-thread.ts';
import { checkTensors, type Tensors } from './thread/task.ts';
import type { ThreadInputs } from './thread/thread.ts';
import { tellLoaded } from './told.ts';

/** What all models of a process have in common. */
export interface ModelOptions extends StoreOptions, Omit<DeviceOptions, 'threads'> {
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
  /** Inference alone; where other streams' inputs ran with them, theirs included. */
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
 * Loads a model of the manifest in a thread of its own, since onnxruntime blocks the thread that runs it. On a GPU, calls within a few
 * milliseconds run as one, where the model takes inputs of one shape and any number of them.
 * @throws MODEL_MISSING, MODEL_CORRUPT, DEVICE_UNAVAILABLE
 */
export async function openNetwork({ name, isBackground, log, deadlineMs = 10_000, ...options }: NetworkOptions): Promise<Network> {
  const { dataDirectory, mirror } = options;
  const inferring = inferenceOptions(options);
  const entry = networks.find((candidate) => candidate.name === name)!;
  const thread = await LastingThread.start<NetworkTaskFacts, Tensors<Float32Array>>({
    task: 'network-task',
    options: { entry, dataDirectory, mirror, ...inferring } satisfies NetworkTaskOptions,
    isBackground,
    deadlineMs,
    log,
  });
  const { facts } = thread;
  tellLoaded(facts, log, inferring.device);
  const batcher = new Batcher<Tensors, NetworkResult>({
    model: name,
    largestBatch: facts.largestBatch,
    countInputs,
    async run(calls) {
      const { value, inferenceMs } = await thread.run(joined(calls));
      let first = 0;
      return calls.map((call) => {
        const outputs = calls.length === 1 ? value : part(value, first, countInputs(call));
        first += countInputs(call);
        return { outputs, inferenceMs };
      });
    },
  });
  return {
    name,
    hash: facts.hash,
    async run(inputs) {
      checkTensors(name, inputs, facts.items?.inputs);
      return batcher.call(inputs);
    },
    close: () => thread.close(),
  };
}

function countInputs(call: Tensors): number {
  return Object.values(call)[0]?.shape[0] ?? 0;
}

/** All calls' inputs one after another, by name. */
function joined(calls: readonly Tensors[]): ThreadInputs {
  const count = calls.reduce((sum, call) => sum + countInputs(call), 0);
  const inputs = Object.entries(calls[0]!).map(([name, { shape }]) => {
    return [name, { parts: calls.map((call) => call[name]!.data), shape: [count, ...shape.slice(1)] }] as const;
  });
  return Object.fromEntries(inputs);
}
