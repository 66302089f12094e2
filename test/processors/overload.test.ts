import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDetector } from '../../models/session.ts';
import { nowUs } from '../../platform/clock.ts';
import type { AccessUnit } from '../../schemas/messages.ts';
import { accessUnit } from '../support/access-unit.ts';
import { encodeClip } from '../support/clip.ts';
import { driveUnits } from '../support/drive.ts';
import { eventually } from '../support/eventually.ts';
import { processorWorld } from './world.ts';

/** The drive begins again after so many frames, in the same place. */
const driveFrames = 240;
const framesPerSecond = 30;
/** Wanted are 8 times 15 pictures a second, each looked at twice: more than two cores do by far. */
const others = Array.from({ length: 7 }, (_, i) => `other-${i}`);

test('analyses less of all streams evenly when the process is full, and still tells of every danger', async (t) => {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
  const detector = await openDetector({ name: 'centernet', dataDirectory });
  t.after(async () => {
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const clip = await encodeClip({ frames: 15, keyframeEvery: 15, width: 320, height: 192 });
  const drive: AccessUnit[] = [];
  for await (const { unit } of driveUnits('braking-lead', driveFrames)) drive.push(unit);
  const streams = ['braking-lead', ...others].map((id) => ({ id, url: 'rtsp://camera/1', analysedFramesPerSecond: 15 }));
  const w = await processorWorld(t, { detector, streams });
  await w.start();

  const stop = new AbortController();
  const cameras = (async () => {
    const startedAt = performance.now();
    for (let frame = 0; !stop.signal.aborted; frame++) {
      await sleep(Math.max(0, startedAt + (frame * 1000) / framesPerSecond - performance.now()));
      const time = {
        sequence: frame,
        capturedAtUs: drive[0]!.capturedAtUs + Math.round((frame * 1e6) / framesPerSecond),
        rtpTimestamp: frame * 3000,
        publishedAtUs: nowUs(),
      };
      await w.publish({ ...drive[frame % driveFrames]!, ...time });
      const { payload, isKeyframe } = clip[frame % clip.length]!;
      for (const streamId of others) await w.publish(accessUnit(frame, { payload, isKeyframe, ...time, streamId }));
    }
  })();
  try {
    const statesOf = () => others.map((id) => w.status(id)?.state);
    await eventually('all are behind', () => statesOf().every((state) => state === 'behind'));
    const from = w.perceptions.length;
    await eventually('a danger has been told, and its end', () => w.alerts.some(({ state }) => state === 'cleared'), 120_000);
    const [raised] = w.alerts;
    assert.deepEqual([raised!.streamId, raised!.state], ['braking-lead', 'raised']);

    const analysedOf = (id: string) => w.perceptions.slice(from).filter(({ streamId }) => streamId === id).length;
    await eventually('enough to compare', () => others.every((id) => analysedOf(id) >= 8), 120_000);
    const counts = others.map(analysedOf);
    assert.ok(Math.max(...counts) <= 2 * Math.min(...counts), `analysed: ${counts.join(' ')}`);
    const { framesPerSecond: rate, wantedFramesPerSecond } = w.status(others[0]!)!;
    assert.ok(rate < wantedFramesPerSecond);
  } finally {
    stop.abort();
    await cameras;
  }
});
