import path from 'node:path';
import { openPage } from '../ingest/simulator/page/page.ts';
import { encodeScene } from '../ingest/simulator/render.ts';
import { scannerPage } from '../ingest/simulator/scenarios/scanner-page.ts';
import { openDetector } from '../models/session.ts';
import { openTextModels } from '../models/text.ts';
import { Pipeline } from '../processors/pipelines/pipeline.ts';
import { ScannerSenses } from '../processors/pipelines/scanner-senses.ts';
import { streamSchema } from '../schemas/configuration.ts';
import type { AccessUnit } from '../schemas/messages.ts';
import { drivePipeline, driveUnits } from '../test/support/drive.ts';
import { type Benchmark, type Figure, quantile } from './figure.ts';
import { Player } from './player.ts';

const dataDirectory = path.resolve('.roadstream');
/** Of one round, with the scanner or without it. */
const roundSeconds = 6;
/** Rounds alternate, so that whatever else the machine does meets both. */
const rounds = 6;
/** Seconds of video that are pushed over and over. */
const clipSeconds = 10;

async function pageUnits(): Promise<AccessUnit[]> {
  const units: AccessUnit[] = [];
  for await (const { frame } of encodeScene(openPage(scannerPage), { frames: clipSeconds * 30 })) {
    const place = { streamId: 'gate', vehicleId: null, kind: 'scanner' as const, epoch: 1, sequence: units.length };
    units.push({ ...frame, ...place, publishedAtUs: frame.capturedAtUs });
  }
  return units;
}

/** Plays at the pace of a camera, and leaves nothing out. @returns What analysing each chosen picture took. */
async function playLive(player: Player, until: () => boolean): Promise<number[]> {
  const taken: number[] = [];
  for (let dueMs = performance.now(); !until(); dueMs += 1000 / 30) {
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())));
    const timing = await player.push();
    if (timing) taken.push(timing.totalMs);
  }
  return taken;
}

/** Plays as fast as it goes. @returns Pictures a second. */
async function playFlatOut(player: Player, seconds: number): Promise<number> {
  const startedAtMs = performance.now();
  let frames = 0;
  while (performance.now() - startedAtMs < seconds * 1000) {
    await player.push();
    frames++;
  }
  return (frames * 1000) / (performance.now() - startedAtMs);
}

export const benchmark: Benchmark = {
  name: 'scanner',
  description: 'a dashcam analysed as fast as one pipeline goes, with and without a scanner of 720p pages beside it in the same process',
  async run(tell) {
    tell('drawing');
    const driveClip: AccessUnit[] = [];
    for await (const { unit } of driveUnits('car-following', clipSeconds * 30)) driveClip.push(unit);
    const page = await pageUnits();
    const detector = await openDetector({ name: 'centernet', dataDirectory });
    const text = await openTextModels({ dataDirectory });
    const stream = streamSchema.parse({ id: 'gate', url: 'sim:scanner-page', kind: 'scanner' });
    const drivers = drivePipeline('car-following', detector, 30);
    const scanners = new Pipeline({ stream, senses: new ScannerSenses({ stream, text }) });
    const drive = new Player(drivers, driveClip);
    const scan = new Player(scanners, page);
    await playFlatOut(drive, 2);

    const alone: number[] = [];
    const beside: number[] = [];
    const scanned: number[] = [];
    for (let round = 0; round < rounds; round++) {
      tell(`round ${round + 1} of ${rounds}`);
      alone.push(await playFlatOut(drive, roundSeconds));
      let isOver = false;
      const scanning = playLive(scan, () => isOver);
      beside.push(await playFlatOut(drive, roundSeconds));
      isOver = true;
      scanned.push(...(await scanning));
    }
    drivers.close();
    scanners.close();
    await Promise.all([detector.close(), text.close()]);
    const [without, together] = [quantile(alone, 0.5), quantile(beside, 0.5)];
    const figures: Figure[] = [
      { name: 'dashcam alone', value: without, unit: 'fps', note: `median of ${rounds} rounds of ${roundSeconds} s` },
      { name: 'dashcam beside a scanner', value: together, unit: 'fps' },
      { name: 'slowed by the scanner', value: 100 * (1 - together / without), unit: '%', atMost: 10 },
      {
        name: 'one scanned picture, beside a busy dashcam',
        value: quantile(scanned, 0.5),
        unit: 'ms',
        note: `p95 ${quantile(scanned, 0.95).toFixed(0)}, of ${scanned.length}`,
      },
    ];
    return figures;
  },
};
