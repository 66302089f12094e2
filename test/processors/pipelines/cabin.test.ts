import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { blinks, glance, held, microsleep } from '../../../ingest/simulator/cabin/acts.ts';
import type { CabinScenario } from '../../../ingest/simulator/cabin/scenario.ts';
import { kmh, steady } from '../../../ingest/simulator/scenario.ts';
import { type FaceModels, openFaceModels } from '../../../models/face.ts';
import type { Judged } from '../../../processors/pipelines/pipeline.ts';
import { type CabinUnit, cabinPipeline, cabinUnits, judgeCabin } from '../../support/cabin.ts';
import { needsShared } from '../../support/needs.ts';

const eventful: CabinScenario = {
  kind: 'cabin',
  name: 'cabin-eventful',
  description: 'A glance, a microsleep, a hidden face.',
  durationSeconds: 13.5,
  seed: 41,
  look: 'tan',
  light: 'day',
  speedMps: steady(kmh(70)),
  acts: [...blinks({ fromSeconds: 0, toSeconds: 13, seed: 41 }), ...glance(5.6, 0.8, 45), ...microsleep(7.6, 1.6), held('hands', 10.5, 2)],
};

describe('CabinSenses', () => {
  let dataDirectory: string;
  let face: FaceModels;
  let drive: readonly CabinUnit[];
  before(async () => {
    dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
    face = await openFaceModels({ dataDirectory });
    drive = await cabinUnits(eventful);
  });
  after(async () => {
    await face.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  test('sees a simulated driver look away, fall asleep and hide the face', async () => {
    const all = await judgeCabin(drive, face);
    const seenWhile = (is: (judged: (typeof all)[number]) => boolean) => all.filter(is);
    const visible = seenWhile(({ truth }) => !truth.isFaceHidden && truth.coveredFraction === 0);
    const share = (frames: typeof all, has: (judged: (typeof all)[number]) => boolean) => frames.filter(has).length / frames.length;
    assert.ok(share(visible, ({ perception }) => perception.driver!.yawDegrees !== null) > 0.95);
    const asleep = seenWhile(({ truth }) => truth.eyesClosedSeconds > 0.2);
    assert.ok(share(asleep, ({ perception }) => perception.driver!.isEyesClosed === true) > 0.9);
    const awake = seenWhile(({ truth }) => truth.leftEyeOpenness > 0.9 && !truth.isFaceHidden && !truth.isLookingAway);
    assert.ok(share(awake, ({ perception }) => perception.driver!.isEyesClosed === false) > 0.95);
    const glancing = seenWhile(({ truth }) => truth.lookingAwaySeconds > 0.3);
    assert.ok(share(glancing, ({ perception }) => perception.driver!.isLookingAway === true) > 0.9);
    const hidden = seenWhile(({ truth }) => truth.isFaceHidden);
    assert.ok(share(hidden, ({ perception }) => perception.degraded.some((each) => each.startsWith('driver:'))) > 0.8);
    const alerts = all.flatMap(({ alerts: changed }) => changed).filter(({ state }) => state === 'raised');
    assert.deepEqual(
      alerts.map(({ type }) => type),
      ['microsleep'],
    );
    const due = all.find(({ truth }) => truth.eyesClosedSeconds >= 1)!.perception.capturedAtUs;
    assert.ok(Math.abs(alerts[0]!.raisedAtUs - due) < 500_000, `${(alerts[0]!.raisedAtUs - due) / 1e6} s beside the rule`);
  });

  test('goes on from a snapshot that went through JSON as if nothing had happened', async () => {
    const units = drive.slice(0, 90).map(({ unit }) => unit);
    const keyframe = units.findLastIndex(({ isKeyframe }, at) => isKeyframe && at < 60);
    const whole = cabinPipeline(face);
    const expected: (Judged | undefined)[] = [];
    let state: unknown;
    for (const [at, unit] of units.entries()) {
      if (at === keyframe) state = JSON.parse(JSON.stringify(whole.snapshot()));
      expected.push(await whole.push(unit));
    }
    whole.close();
    const resumed = cabinPipeline(face);
    resumed.restore(state as ReturnType<typeof resumed.snapshot>);
    for (const [at, unit] of units.entries()) {
      if (at < keyframe) continue;
      const judged = await resumed.push(unit);
      assert.deepEqual(judged?.perception.driver, expected[at]?.perception.driver);
    }
    resumed.close();
  });
});

interface Labels {
  readonly images: readonly {
    readonly file: string;
    readonly state: 'alert' | 'yawning' | 'microsleep';
    readonly faceBoxPx: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  }[];
}

test('finds real drivers and tells shut eyes from open ones, each photograph the first picture of its stream', async (t) => {
  const folder = needsShared(t, 'media/driver');
  if (!folder) return;
  const { images } = JSON.parse(readFileSync(path.join(folder, 'labels.json'), 'utf8')) as Labels;
  const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
  const face = await openFaceModels({ dataDirectory });
  t.after(async () => {
    await face.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  let found = 0;
  let judged = 0;
  let right = 0;
  const wrong: string[] = [];
  for (const { file, state, faceBoxPx: label } of images) {
    const pipeline = cabinPipeline(face);
    const { driver } = (await pipeline.push({ ...photograph, payload: readFileSync(path.join(folder, file)) }))!.perception;
    pipeline.close();
    const [x1, y1, x2, y2] = driver!.faceBoxPx ?? [0, 0, 0, 0];
    const [x, y] = [(x1 + x2) / 2, (y1 + y2) / 2];
    if (x > label.x && x < label.x + label.width && y > label.y && y < label.y + label.height) found++;
    // Yawns narrow the eyes by more or less.
    if (state === 'yawning' || driver!.isEyesClosed === null) continue;
    judged++;
    if (driver!.isEyesClosed === (state === 'microsleep')) right++;
    else wrong.push(file);
  }
  t.diagnostic(`face found in ${found} of ${images.length}; eyes right in ${right} of the ${judged} whose eyes are seen; wrong: ${wrong}`);
  assert.ok(found / images.length >= 0.95);
  assert.ok(judged >= 18 && right / judged >= 0.85);
});

const photograph = {
  streamId: 'photograph',
  vehicleId: null,
  kind: 'cabin',
  codec: 'mjpeg',
  epoch: 1,
  sequence: 0,
  isKeyframe: true,
  rtpTimestamp: 0,
  capturedAtUs: 0,
  publishedAtUs: 0,
  clock: 'source',
  // The decoder tells the picture's own size.
  width: 0,
  height: 0,
} as const;
