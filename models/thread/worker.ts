import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { asRoadstreamError } from '../../schemas/errors.ts';
import { countValues, type OpenTask, type Tensors, threadState } from './task.ts';
import type { ThreadAnswer, ThreadRequest, WorkerData } from './thread.ts';

// The thread's own side: opens its task, then answers one request after another.

const { task, options, isBackground, state } = workerData as WorkerData;
const port = parentPort!;
const answer = (message: ThreadAnswer): void => port.postMessage(message);

async function enter<T>(work: () => Promise<T>): Promise<T> {
  if (Atomics.compareExchange(state, 0, threadState.idle, threadState.busy) !== threadState.idle) return new Promise(() => {});
  try {
    return await work();
  } finally {
    Atomics.store(state, 0, threadState.idle);
    Atomics.notify(state, 0);
  }
}

function tellFailure(thrown: unknown): void {
  const { code, message } = asRoadstreamError(thrown);
  answer({ kind: 'failed', code, message });
}

function view({ memory, tensors }: ThreadRequest & { kind: 'run' }): Tensors {
  return Object.fromEntries(
    tensors.map(({ name, type, shape, offsetBytes }) => {
      const count = countValues(shape);
      const data = type === 'uint8' ? new Uint8Array(memory, offsetBytes, count) : new Float32Array(memory, offsetBytes, count);
      return [name, { data, shape }];
    }),
  );
}

async function load(): Promise<void> {
  // Linux takes 0 for the calling thread, other systems for the whole process.
  if (isBackground === true && process.platform === 'linux') os.setPriority(0, os.constants.priority.PRIORITY_LOW);
  const { openTask } = (await import(`../${task}.ts`)) as { openTask: OpenTask<unknown, unknown, unknown> };
  const opened = await openTask(options, enter);
  port.on('message', async (request: ThreadRequest) => {
    if (request.kind === 'close') {
      await opened.close();
      port.close();
      return;
    }
    try {
      const startedAt = performance.now();
      const value = await enter(() => opened.run(view(request)));
      answer({ kind: 'result', value, inferenceMs: performance.now() - startedAt });
    } catch (error) {
      tellFailure(error);
    }
  });
  answer({ kind: 'ready', facts: opened.facts });
}

await load().catch(tellFailure);
