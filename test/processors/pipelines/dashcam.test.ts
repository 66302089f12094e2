import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Detector } from '../../../models/detector.ts';
import { openDetectorInThread } from '../../../models/session.ts';
import type { Judged } from '../../../processors/pipelines/pipeline.ts';
import { accessUnit } from '../../support/access-unit.ts';
import { type ClipPicture, encodeClip } from '../../support/clip.ts';
import { drivePipeline, driveUnits, judgeDrive } from '../../support/drive.ts';

/** Until the lead has braked hard and the critical warning is out. */
const brakingFrames = 200;

describe('DashcamPipeline', () => {
  let dataDirectory: string;
  let detector: Detector;
  before(async () => {
    dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
    detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
  });
  after(async () => {
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  async function braking(): Promise<Judged[]> {
    const all: Judged[] = [];
    for await (const { truth, ...judged } of judgeDrive('car-to-car-braking', detector, {
      frames: brakingFrames,
      analysedFramesPerSecond: 10,
    })) {
      assert.equal(truth.frameIndex, judged.perception.sequence);
      all.push(judged);
    }
    return all;
  }

  test('gives the same perceptions and alerts for the same bytes, timings aside', async () => {
    const withoutClocks = ({ perception, alerts }: Judged) => ({
      perception: { ...perception, timing: null },
      alerts: alerts.map((alert) => ({ ...alert, publishedAtUs: 0 })),
    });
    const [first, second] = [await braking(), await braking()];
    assert.ok(
      first.some(({ alerts }) => alerts.length > 0),
      'the drive raised no alert to compare',
    );
    assert.deepEqual(first.map(withoutClocks), second.map(withoutClocks));
  });

  test('analyses the configured part of the frames, chosen by their own time', async () => {
    let analysed = 0;
    for await (const _ of judgeDrive('car-following', detector, { frames: 30, analysedFramesPerSecond: 5 })) analysed++;
    assert.equal(analysed, 5);
  });

  test('chooses pictures in the order of showing when the camera sends B-frames', async () => {
    const clip = await encodeClip({ frames: 48, keyframeEvery: 24, bFrames: 2, width: 320, height: 192 });
    const pipeline = drivePipeline('car-following', detector, 15);
    const analysed: number[] = [];
    for (const [sequence, { payload, isKeyframe, number }] of clip.entries()) {
      const unit = accessUnit(sequence, {
        payload,
        isKeyframe,
        rtpTimestamp: number * 3000,
        capturedAtUs: Math.round((number * 1e6) / 30),
      });
      const judged = await pipeline.push(unit);
      if (judged) analysed.push(judged.perception.rtpTimestamp / 3000);
    }
    pipeline.close();
    assert.deepEqual(
      analysed,
      Array.from({ length: analysed.length }, (_, index) => 2 * index),
    );
    assert.ok(analysed.length >= 20);
  });

  /** Feeds a clip to a pipeline that is taken over after every so many access units, each time from the last keyframe on. */
  async function chosenWithTakeOvers(clip: readonly ClipPicture[], every: number) {
    const units = clip.map(({ payload, isKeyframe, number }, sequence) =>
      accessUnit(sequence, { payload, isKeyframe, rtpTimestamp: number * 3000, capturedAtUs: Math.round((number * 1e6) / 30) }),
    );
    const chosen: { shown: number; snapshot: string }[] = [];
    let pipeline = drivePipeline('car-following', detector, 12);
    for (const [index, unit] of units.entries()) {
      if (index > 0 && index % every === 0) {
        const state = JSON.stringify(pipeline.snapshot());
        pipeline.close();
        pipeline = drivePipeline('car-following', detector, 12);
        pipeline.restore(JSON.parse(state));
        const keyframeAt = units.slice(0, index).findLastIndex(({ isKeyframe }) => isKeyframe);
        for (const known of units.slice(keyframeAt, index)) assert.equal(await pipeline.push(known), undefined);
        assert.equal(JSON.stringify(pipeline.snapshot()), state);
      }
      const judged = await pipeline.push(unit);
      if (judged) chosen.push({ shown: judged.perception.rtpTimestamp / 3000, snapshot: JSON.stringify(pipeline.snapshot().senses) });
    }
    pipeline.close();
    return chosen;
  }

  for (const bFrames of [0, 2])
    test(`goes on from a snapshot with the same pictures and the same judgement, ${bFrames} B-frames`, async () => {
      const clip = await encodeClip({ frames: 40, keyframeEvery: 16, bFrames, width: 320, height: 192 });
      const whole = await chosenWithTakeOvers(clip, Infinity);
      assert.ok(whole.length >= 12);
      for (const every of [7, 16]) assert.deepEqual(await chosenWithTakeOvers(clip, every), whole);
    });

  test('analyses nothing that is not admitted', async () => {
    const pipeline = drivePipeline('car-following', detector);
    for await (const { unit } of driveUnits('car-following', 3))
      assert.equal(await pipeline.push(unit, { admit: () => undefined }), undefined);
    pipeline.close();
  });

  test('gives a burned-in picture of the asked width when one is wanted, and none else', async () => {
    const pipeline = drivePipeline('car-following', detector, 30);
    const widths: (number | undefined)[] = [];
    for await (const { unit } of driveUnits('car-following', 2)) {
      const judged = await pipeline.push(unit, { admit: ({ sequence }) => (sequence === 1 ? { burnInWidth: 640 } : {}) });
      widths.push(judged?.jpeg?.width);
      if (judged?.jpeg) assert.equal(judged.jpeg.bytes.subarray(0, 2).toString('hex'), 'ffd8');
    }
    pipeline.close();
    assert.deepEqual(widths, [undefined, 640]);
  });

  test('judges a picture of a few rows also while its burned-in picture is wanted', async () => {
    const pipeline = drivePipeline('car-following', detector);
    const [picture] = await encodeClip({ frames: 1, width: 4096, height: 16 });
    for await (const { unit } of driveUnits('car-following', 1)) {
      const judged = await pipeline.push(
        { ...unit, payload: picture!.payload, width: 4096, height: 16 },
        { admit: () => ({ burnInWidth: 160 }) },
      );
      assert.deepEqual([judged?.perception.height, judged?.jpeg?.height], [16, 2]);
    }
    pipeline.close();
  });
});
