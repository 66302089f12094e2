import type { PageScenario } from '../../../ingest/simulator/page/page-scenario.ts';
import { randomTexts } from '../../../ingest/simulator/page/random-texts.ts';

interface Row {
  readonly name: string;
  readonly seed: number;
  readonly count: number;
  readonly heightsPx: readonly [least: number, most: number];
  readonly seconds: number;
  readonly light: number;
}

function page({ name, seed, count, heightsPx, seconds, light }: Row): PageScenario {
  return {
    kind: 'page',
    name,
    description: `Signs, boards and plates, ${heightsPx.join(' to ')} px high.`,
    durationSeconds: seconds,
    seed,
    light,
    texts: randomTexts(seed, count, heightsPx),
  };
}

/** Text and plates that move past a camera, half of each. */
export const pages = [
  page({ name: 'grade-scanner-day', seed: 1901, count: 28, heightsPx: [20, 48], seconds: 16, light: 1 }),
  page({ name: 'grade-scanner-small', seed: 1902, count: 36, heightsPx: [20, 26], seconds: 14, light: 0.8 }),
  page({ name: 'grade-scanner-dusk', seed: 1903, count: 28, heightsPx: [20, 40], seconds: 14, light: 0.4 }),
];
