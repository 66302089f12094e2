import path from 'node:path';
import type { Truth } from '../ingest/simulator/truth.ts';
import { openDetectorInThread } from '../models/session.ts';
import type { Box, Track } from '../schemas/messages.ts';
import { judgeDrive } from '../test/support/drive.ts';
import { type Benchmark, type Figure, quantile } from './figure.ts';

const drives = ['car-to-car-stationary', 'car-to-car-moving', 'car-to-car-braking'];
/** A track belongs to the lead when their boxes overlap at least this much. */
const sameCarIou = 0.4;
const nearestMeters = 5;
const farthestMeters = 60;
const dangerTtcSeconds = 4;

function overlap(a: Box, b: Box): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const area = (box: Box) => (box[2] - box[0]) * (box[3] - box[1]);
  return (width * height) / (area(a) + area(b) - width * height);
}

function leadTrack(truth: Truth, tracks: readonly Track[]) {
  const actual = truth.actors.find(({ inPath }) => inPath);
  const track = actual && tracks.find(({ boxPx }) => overlap(boxPx, actual.boxPx) > sameCarIou);
  return { actual, track };
}

async function grade(name: string): Promise<Figure[]> {
  const detector = await openDetectorInThread({ name, dataDirectory: path.resolve('.roadstream') });
  const distance: number[] = [];
  const ttc: number[] = [];
  const figures: Figure[] = [];
  for (const drive of drives) {
    let warnedAtTtc: number | undefined;
    for await (const { truth, perception, alerts } of judgeDrive(drive, detector)) {
      const { actual, track } = leadTrack(truth, perception.tracks);
      if (!actual) continue;
      if (alerts.some(({ state }) => state === 'raised')) warnedAtTtc ??= actual.ttcSeconds ?? undefined;
      if (!track || actual.distanceMeters < nearestMeters || actual.distanceMeters > farthestMeters) continue;
      if (track.distanceMeters !== null) distance.push(Math.abs(track.distanceMeters / actual.distanceMeters - 1));
      if (actual.ttcSeconds !== null && actual.ttcSeconds < dangerTtcSeconds && track.ttcSeconds !== null)
        ttc.push(Math.abs(track.ttcSeconds / actual.ttcSeconds - 1));
    }
    figures.push({
      name: `${name}: ${drive}, warned at TTC`,
      value: warnedAtTtc ?? 0,
      unit: 's',
      ...(drive === 'car-to-car-stationary' && { atLeast: 2.1 }),
    });
  }
  await detector.close();
  return [
    {
      name: `${name}: distance, median relative error`,
      value: 100 * quantile(distance, 0.5),
      unit: '%',
      atMost: 12,
      note: `${distance.length} frames; p95 ${(100 * quantile(distance, 0.95)).toFixed(0)} %`,
    },
    {
      name: `${name}: TTC below 4 s, median relative error`,
      value: 100 * quantile(ttc, 0.5),
      unit: '%',
      atMost: 15,
      note: `${ttc.length} frames; p95 ${(100 * quantile(ttc, 0.95)).toFixed(0)} %`,
    },
    ...figures,
  ];
}

export const benchmark: Benchmark = {
  name: 'accuracy',
  description: 'simulated car-to-car drives through the whole pipeline, 15 analysed frames a second, against their truth (5-60 m)',
  async run(tell) {
    const figures: Figure[] = [];
    for (const name of ['centernet', 'yolox-nano']) {
      tell(name);
      figures.push(...(await grade(name)));
    }
    return figures;
  },
};
