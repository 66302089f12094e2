import { cabinScenarios } from '../ingest/simulator/scenarios/index.ts';
import { openScene } from '../ingest/simulator/scene.ts';
import { encodeScenario, renderScenario, renderScene } from '../ingest/simulator/simulate.ts';
import { type Benchmark, cpuMs, type Figure } from './figure.ts';

const scenario = 'car-to-car-braking';
const framesPerSecond = 30;
/** Sprites are made as they are first seen; the figure is of the drive after that. */
const warmUpFrames = 450;
const measuredFrames = 450;

async function cpuPerFrame(frames: Iterable<unknown> | AsyncIterable<unknown>): Promise<{ first: number; steady: number }> {
  const marks = [cpuMs()];
  let count = 0;
  for await (const _ of frames) {
    count++;
    if (count === warmUpFrames || count === warmUpFrames + measuredFrames) marks.push(cpuMs());
  }
  const [start, warm, end] = marks as [number, number, number];
  return { first: (warm - start) / warmUpFrames, steady: (end - warm) / measuredFrames };
}

export const benchmark: Benchmark = {
  name: 'simulator',
  description: 'drawing and encoding roads of 1280x720 at 30 frames a second, and drawing drivers',
  async run(tell) {
    const frames = warmUpFrames + measuredFrames;
    const drawn = await cpuPerFrame(renderScenario(scenario, { frames }));
    tell('drawn');
    const encoded = await cpuPerFrame(encodeScenario(scenario, { frames }));
    tell('encoded');
    const driver = await cpuPerFrame(renderScene(openScene(cabinScenarios[0]!), { frames }));
    const figures: Figure[] = [
      {
        name: 'drawn and encoded, of a core',
        value: (encoded.steady * framesPerSecond) / 10,
        unit: '%',
        atMost: 25,
        note: `${encoded.steady.toFixed(1)} ms a frame`,
      },
      {
        name: 'drawn only, of a core',
        value: (drawn.steady * framesPerSecond) / 10,
        unit: '%',
        note: `${drawn.steady.toFixed(1)} ms a frame`,
      },
      { name: 'drawn and encoded in its first 15 s, of a core', value: (encoded.first * framesPerSecond) / 10, unit: '%' },
      { name: 'a driver drawn, 640x480', value: driver.steady, unit: 'ms', atMost: 15, note: 'processor time a frame' },
    ];
    return figures;
  },
};
