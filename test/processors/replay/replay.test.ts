import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Detector } from '../../../models/detector.ts';
import { openDetector, openDetectorInThread } from '../../../models/session.ts';
import type { Bus } from '../../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { wholeLog } from '../../../platform/bus/read-log.ts';
import { nowUs } from '../../../platform/clock.ts';
import { startProcessor } from '../../../processors/processor.ts';
import { type ReplayOptions, replay } from '../../../processors/replay/replay.ts';
import { replayLines } from '../../../processors/replay/report.ts';
import { accessUnitCodec, alertCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import { parseConfiguration } from '../../../schemas/configuration.ts';
import type { AccessUnit, Alert, Perception } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';
import { driveUnits } from '../../support/drive.ts';
import { eventually } from '../../support/eventually.ts';
import { modelsWith } from '../../support/models.ts';
import { needsShared, sharedFolder } from '../../support/needs.ts';
import { RecordedDrive } from './recorded-drive.ts';

const scenario = 'car-to-car-braking';
/** Until the lead has braked hard and the critical warning is out, at 30 frames a second. */
const brakingFrames = 200;
const log = pino({ level: 'silent' });

describe('replay', () => {
  let dataDirectory: string;
  let detector: Detector;
  const units: AccessUnit[] = [];
  before(async () => {
    dataDirectory = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
    detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
    for await (const { unit } of driveUnits(scenario, brakingFrames)) units.push({ ...unit, streamId: 'front', vehicleId: 'car-1' });
  });
  after(async () => {
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const configure = (alerts: object = {}) =>
    parseConfiguration(
      { streams: [{ id: 'front', url: `sim:${scenario}`, vehicle: 'car-1', analysedFramesPerSecond: 10 }], alerts },
      'test',
    );

  function recording(t: TestContext, options: Parameters<typeof createEmbeddedBus>[0] = {}) {
    const bus = createEmbeddedBus({ maxAgeMs: 3_600_000, ...options });
    const recorded = new RecordedDrive(bus, configure(), detector);
    t.after(async () => {
      recorded.close();
      await bus.close();
    });
    const again = (changes: Partial<ReplayOptions> = {}) =>
      replay({
        bus,
        configuration: configure(),
        models: modelsWith(detector),
        streamId: 'front',
        fromMs: 0,
        toMs: Date.now() + 1000,
        log,
        ...changes,
      });
    return { bus, recorded, again };
  }

  test('gives the same perceptions and alerts to the byte, of the frames that were judged then', async (t) => {
    const { bus, recorded, again } = recording(t);
    // As on a machine that did not keep up.
    await recorded.drive(units, ({ sequence }) => sequence % 5 !== 0);
    const before = await written(bus);
    const progress: [number, number][] = [];
    const result = await again({ onProgress: (...at) => progress.push(at) });
    assert.deepEqual([result.differences, result.alertMessagesDiffering, result.identical], [[], 0, true]);
    assert.deepEqual([result.frames, result.failures, result.began], [brakingFrames, 0, 'afresh']);
    assert.equal(
      result.perceptions,
      (await wholeLog(bus, topics.perceptions)).reduce((all, { until }) => all + until, 0),
    );
    assert.ok(result.alertMessages >= 2, 'the drive raised no alert to compare');
    assert.deepEqual(
      result.alerts.same.map(({ shiftMs, now }) => [shiftMs, now.severity]),
      [[0, 'critical']],
    );
    assert.deepEqual(progress.at(-1), [brakingFrames - 1, brakingFrames]);
    assert.deepEqual(await written(bus), before, 'a replay publishes nothing');
    const lines = replayLines(result);
    assert.match(lines[0]!, /^front, .*: 200 frames, \d+ of them judged, begun afresh\.$/);
    assert.match(lines[1]!, /^Identical: the same \d+ perceptions and \d alert messages to the byte/);
    assert.match(lines.at(-1)!, /^ {2}both {2}\S+Z {2}forward-collision {2}critical {2}0 ms {2}.*ttcSeconds/);
  });

  test('begins in the middle with the newest checkpoint before it, and without one at the connection’s beginning', async (t) => {
    for (const began of ['at a checkpoint', 'afresh'] as const) {
      const { recorded, again } = recording(t);
      await recorded.drive(units.slice(0, 100));
      if (began === 'at a checkpoint') await recorded.keepCheckpoint();
      await recorded.drive(units.slice(100, 110));
      const fromMs = await recorded.moment();
      await recorded.drive(units.slice(110, 180));
      const toMs = await recorded.moment();
      await recorded.drive(units.slice(180));
      const result = await again({ fromMs, toMs });
      assert.deepEqual([result.began, result.identical, result.frames], [began, true, 70]);
      assert.ok(result.perceptions >= 20 && result.alertMessages >= 1);
    }
  });

  test('goes along when another processor took the stream over within the span, and says so', async (t) => {
    const { recorded, again } = recording(t);
    await recorded.drive(units.slice(0, 70));
    await recorded.takeOver(units.slice(60, 70), units.slice(70, 100));
    await recorded.drive(units.slice(100));
    const result = await again();
    assert.deepEqual(
      result.takeOvers.map(({ processor }) => processor),
      ['processor-2'],
    );
    assert.deepEqual([result.differences, result.identical], [[], true]);
    assert.match(replayLines(result).join('\n'), /processor-2 took the stream over at .*Z; that very frame is not compared/);
  });

  test('says which frames differ, and in what, when what is stored is not what the same models give', async (t) => {
    const { recorded, again } = recording(t);
    await recorded.drive(units.slice(0, 70));
    // Nothing tells that who judged from here on had not seen what came before.
    await recorded.takeOver(units.slice(60, 70), units.slice(70, 100), false);
    const result = await again();
    assert.equal(result.identical, false);
    // What follows from a state that is not the same: tracks, the lane, the pitch and the speed that are read from it, and what is said of them.
    const fromState = ['horizonPx', 'tracks', 'egoSpeedMps', 'egoSpeedSigmaMps', 'lanes', 'degraded'];
    assert.ok(result.differences.length >= 5);
    for (const { fields } of result.differences)
      assert.ok(fields.includes('tracks') && fields.every((field) => fromState.includes(field)), fields.join());
    assert.ok(result.differences.every(({ sequence }) => sequence >= 70));
    assert.match(
      replayLines(result)[1]!,
      /^NOT identical, with the same models: \d+ of \d+ perceptions and 0 alert messages differ\. The first is frame 7\d/,
    );
  });

  test('other thresholds raise the same alerts at other times', async (t) => {
    const { recorded, again } = recording(t);
    await recorded.drive(units);
    const result = await again({ configuration: configure({ forwardCollision: { warnTtcSeconds: 3.6 } }) });
    assert.deepEqual([result.hasSameModels, result.identical, result.differences], [true, false, []]);
    const [pair] = result.alerts.same;
    assert.ok(pair && pair.shiftMs < 0, 'a higher threshold did not warn earlier');
    assert.match(replayLines(result).at(-1)!, /both {2}.* -\d+ ms /);
  });

  test('another detector is compared by its alerts alone', async (t) => {
    if (!needsShared(t, 'models/yolox_nano_416.onnx')) return;
    const other = await openDetectorInThread({ name: 'yolox-nano', dataDirectory, mirror: path.join(sharedFolder, 'models') });
    t.after(() => other.close());
    const { recorded, again } = recording(t);
    await recorded.drive(units);
    const result = await again({ models: modelsWith(other) });
    assert.deepEqual([result.hasSameModels, result.identical, result.differences], [false, false, []]);
    const { same, onlyBefore, onlyNow } = result.alerts;
    assert.deepEqual([same.length, onlyBefore.length, onlyNow.length], [1, 0, 0]);
    assert.match(replayLines(result)[1]!, /^Other models \(centernet:\w+ before, yolox-nano:\w+ now\): only alerts are compared\./);
  });

  test('an access unit that makes no sense is counted, and left out as it was then', async (t) => {
    const { bus, recorded, again } = recording(t);
    await recorded.drive(units.slice(0, 20));
    await bus.publish(topics.framesDashcam, 'front', Buffer.from('no message at all'));
    await recorded.drive(units.slice(20, 40));
    const result = await again();
    assert.deepEqual([result.identical, result.failures, result.frames], [true, 1, 40]);
  });

  test('says what is kept when a span or stream is not', async (t) => {
    const { recorded, again } = recording(t);
    const nothing = { code: 'NOT_FOUND', message: /Nothing is kept/ };
    await assert.rejects(again(), nothing);
    const beforeMs = await recorded.moment();
    await recorded.drive(units.slice(0, 3), () => false);
    await assert.rejects(again(), { code: 'NOT_FOUND', message: /nothing of what was seen/ });
    await assert.rejects(again({ toMs: beforeMs }), {
      code: 'NOT_FOUND',
      message: /roadstream\.frames\.dashcam\.v1 from \S+Z to \S+Z is kept/,
    });
    await assert.rejects(again({ streamId: 'nobody' }), { code: 'NOT_FOUND', message: /stream nobody/ });
    await assert.rejects(again({ fromMs: 5, toMs: 5 }), { code: 'REQUEST_INVALID', message: /--from/ });
  });

  test('says from when on frames are kept when the span begins before', async (t) => {
    const { recorded, again } = recording(t, { maxBytesPerTopic: 200_000 });
    const fromMs = await recorded.moment();
    await recorded.drive(units.slice(0, 60), ({ sequence }) => sequence > 50);
    await assert.rejects(again({ fromMs }), { code: 'NOT_FOUND', message: /Frames before \S+Z are no longer kept on .*: begin there/ });
  });

  test('what processors have published live is given again, also where one took over from the other', async (t) => {
    const bus = createEmbeddedBus({ maxAgeMs: 3_600_000 });
    const live = await openDetector({ name: 'centernet', dataDirectory });
    const configuration = configure();
    const start = (name: string) => startProcessor({ bus, configuration, models: modelsWith(live), log, name });
    let processor = await start('processor-1');
    t.after(async () => {
      await processor.close();
      await live.close();
      await bus.close();
    });
    const perceptions: Perception[] = [];
    const alerts: Alert[] = [];
    await bus.subscribe({
      topics: [topics.perceptions, topics.alerts],
      from: 'earliest',
      async onBatch(batch) {
        for (const { topic, value } of batch)
          topic === topics.alerts.name ? alerts.push(alertCodec.decode(value!)) : perceptions.push(perceptionCodec.decode(value!));
      },
    });
    const startedAt = performance.now();
    for (const [index, unit] of units.entries()) {
      const early = (index * 1000) / 30 - (performance.now() - startedAt);
      if (early > 0) await sleep(early);
      if (index === 90) {
        await processor.close();
        processor = await start('processor-2');
      }
      await bus.publish(topics.framesDashcam, 'front', accessUnitCodec.encode({ ...unit, publishedAtUs: nowUs() }));
    }
    await eventually('something has been seen and warned of', () => perceptions.length > 5 && alerts.length > 0);
    await processor.close();
    const result = await replay({
      bus,
      configuration,
      models: modelsWith(detector),
      streamId: 'front',
      fromMs: 0,
      toMs: Date.now() + 1000,
      log,
    });
    assert.deepEqual([result.differences, result.alertMessagesDiffering, result.identical], [[], 0, true]);
    assert.ok(result.perceptions > 5 && result.alertMessages > 0);
    assert.ok(result.takeOvers.some(({ processor: name }) => name === 'processor-2'));
  });
});

/** The next offset of every partition of every topic. */
async function written(bus: Bus): Promise<number[][]> {
  return Promise.all(Object.values(topics).map(async (topic) => (await bus.offsets(topic)).map(({ next }) => next)));
}
