import { parentPort, workerData } from 'node:worker_threads';
import { asRoadstreamError } from '../schemas/errors.ts';
import { type ThreadAnswer, type ThreadOptions, type ThreadRequest, threadState } from './detector-thread.ts';
import { Inference } from './inference.ts';
import { prepareModel } from './prepare.ts';

// The thread's own side: prepares and loads the model, then answers one request after another.

const { options, state } = workerData as { options: ThreadOptions; state: Int32Array<SharedArrayBuffer> };
const port = parentPort!;
const answer = (message: ThreadAnswer): void => port.postMessage(message);

/** Does what enters onnxruntime, unless the process is ending; see threadState. */
async function guarded<T>(work: () => Promise<T>): Promise<T> {
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

async function load(): Promise<void> {
  const model = await prepareModel(options.name, options);
  const inference = await guarded(() => Inference.open(model, options));
  const size = model.inputWidth * model.inputHeight * 3;
  port.on('message', async (request: ThreadRequest) => {
    if (request.kind === 'close') {
      await inference.close();
      port.close();
      return;
    }
    try {
      const startedAt = performance.now();
      const detections = await guarded(() => inference.run(new Uint8Array(request.pixels, 0, request.count * size)));
      answer({ kind: 'result', detections, inferenceMs: performance.now() - startedAt });
    } catch (error) {
      tellFailure(error);
    }
  });
  const { name, hash, head, inputWidth, inputHeight, origin, problems } = model;
  const { largestBatch } = inference;
  answer({ kind: 'ready', facts: { name, hash, head, inputWidth, inputHeight, origin, problems, largestBatch } });
}

await load().catch(tellFailure);
