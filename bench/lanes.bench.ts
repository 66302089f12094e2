import { pictureOver } from '../ingest/simulator/drawing/sprite.ts';
import { roadScenarioNamed } from '../ingest/simulator/scenarios/index.ts';
import { openRoad } from '../ingest/simulator/scene.ts';
import { createCamera } from '../processors/core/geometry.ts';
import { momentaryPitch, noLane, stepLanes } from '../processors/core/lanes/lane-follower.ts';
import type { Picture } from '../processors/stages/decoder.ts';
import { BrightBars } from '../processors/stages/markings.ts';
import { cameraSchema } from '../schemas/configuration.ts';
import { type Benchmark, cpuMs, quantile } from './figure.ts';

const frameCount = 300;
/** Until the compiler has seen enough. */
const warmUp = 60;

export const benchmark: Benchmark = {
  name: 'lanes',
  description: 'markings found geometrically and the lane followed, on drawn pictures of 1280x720 without an encoder',
  async run() {
    const scene = openRoad(roadScenarioNamed('quiet-drive'));
    const { width, height } = scene;
    const camera = createCamera(cameraSchema.parse({}), width, height);
    const i420 = new Uint8Array((width * height * 3) / 2);
    const { y, u, v } = pictureOver(i420, width, height);
    const planes = [y, u, v].map((plane) => Buffer.from(plane.buffer, plane.byteOffset, plane.length));
    const picture = { width, height, planes, strides: [width, width / 2, width / 2] } as unknown as Picture;
    const finder = new BrightBars();
    let state = noLane;
    let spentMs = 0;
    const times: number[] = [];
    const errors: number[] = [];
    for (let index = 0; index < frameCount + warmUp; index++) {
      const truth = scene.draw(2 * index, i420);
      const [start, before] = [performance.now(), cpuMs()];
      finder.take(picture, camera, momentaryPitch(state));
      const boxes = truth.actors.map(({ boxPx }) => boxPx);
      const step = stepLanes(state, { camera, markings: await finder.find(), boxes, seconds: 1 / 15, isCut: false });
      state = step.state;
      if (index < warmUp) continue;
      spentMs += cpuMs() - before;
      times.push(performance.now() - start);
      if (step.lanes.offsetMeters !== null) errors.push(Math.abs(step.lanes.offsetMeters - truth.lane.offsetMeters));
    }
    return [
      { name: 'CPU a frame', value: spentMs / frameCount, unit: 'ms', atMost: 3 },
      ...[0.5, 0.95, 0.99].map((share) => ({ name: `time a frame, p${100 * share}`, value: quantile(times, share), unit: 'ms' })),
      { name: 'offset error, median', value: quantile(errors, 0.5), unit: 'm', atMost: 0.1 },
      { name: 'offset error, p95', value: quantile(errors, 0.95), unit: 'm', atMost: 0.25 },
    ];
  },
};
