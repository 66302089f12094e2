import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { nowUs } from '../../platform/clock.ts';
import { pictureOver } from './drawing/sprite.ts';
import { drawStamp } from './drawing/stamp.ts';
import { VideoEncoder } from './encoder.ts';
import { frameTimeUs, stampValue } from './frame-time.ts';
import { framesPerSecond } from './scenario.ts';
import { scenarioNamed } from './scenarios/index.ts';
import { openScene } from './scene.ts';
import type { StudioOrder, StudioPicture, StudioRequest } from './studio.ts';

/** One is read while the next is made; when both wait, frames are dropped before they are drawn. */
const mostWaiting = 2;

const order = workerData as StudioOrder;
const port = parentPort!;
const scene = openScene(scenarioNamed(order.scenario));
const { width, height } = scene;
const i420 = new Uint8Array((width * height * 3) / 2);
let waiting = 0;
let stopped = false;
let wake = (): void => {};

port.on('message', (request: StudioRequest) => {
  if (request === 'taken') waiting--;
  else stopped = true;
  wake();
});

const encoder = VideoEncoder.open(width, height);
try {
  // The first pictures are drawn before the clock starts: they paint the sprites and warm the code up.
  for (let warmUp = 0; warmUp < 3; warmUp++) scene.draw(0, i420);

  const startUs = nowUs();
  let frameIndex = 0;
  while (!stopped && (order.loop || frameIndex < scene.framesPerLoop)) {
    const dueUs = startUs + frameTimeUs(frameIndex);
    const waitMs = (dueUs - nowUs()) / 1000;
    // Also at 0: messages are heard only between pictures.
    await sleep(Math.max(0, waitMs));
    if (stopped) break;
    if (waiting === mostWaiting) {
      await new Promise<void>((resolve) => (wake = resolve));
      frameIndex = Math.max(frameIndex + 1, Math.ceil(((nowUs() - startUs) / 1e6) * framesPerSecond));
      continue;
    }
    scene.draw(frameIndex, i420);
    if (order.stamp) drawStamp(pictureOver(i420, width, height), stampValue(order.stamp, frameIndex, dueUs));
    const encoded = encoder.encode(i420, frameIndex);
    // A copy of its own, which can be handed over: the encoder's may share its memory with others.
    const payload = new Uint8Array(encoded.payload);
    waiting++;
    port.postMessage({ ...encoded, payload, capturedAtUs: dueUs, width, height } satisfies StudioPicture, [payload.buffer]);
    // A whole frame late: leave out what is past instead of lagging behind.
    const lateFrames = Math.floor(((nowUs() - dueUs) / 1e6) * framesPerSecond);
    frameIndex += 1 + Math.max(0, lateFrames);
  }
} finally {
  encoder.close();
  port.close();
}
