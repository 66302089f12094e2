import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Detector } from '../../models/detector.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { nowUs } from '../../platform/clock.ts';
import { createLogger } from '../../platform/logging.ts';
import { startProcessor } from '../../processors/processor.ts';
import { accessUnitCodec, controlCodec, perceptionCodec, snapshotCodec } from '../../schemas/codecs.ts';
import { parseConfiguration } from '../../schemas/configuration.ts';
import type { AccessUnit, Perception, Snapshot } from '../../schemas/messages.ts';
import { framesTopic, topics } from '../../schemas/topics.ts';
import { accessUnit } from '../support/access-unit.ts';
import { type ClipPicture, encodeClip } from '../support/clip.ts';
import { eventually } from '../support/eventually.ts';

describe('processor', () => {
  let dataDirectory: string;
  let detector: Detector;
  let clip: ClipPicture[];
  before(async () => {
    dataDirectory = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
    detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
    clip = await encodeClip({ frames: 12, keyframeEvery: 6, width: 320, height: 192 });
  });
  after(async () => {
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  async function running(t: TestContext) {
    const bus = createEmbeddedBus();
    const streams = ['front', 'rear'].map((id) => ({ id, url: 'rtsp://camera/1', analysedFramesPerSecond: 30 }));
    const configuration = parseConfiguration({ streams }, 'test');
    const processor = await startProcessor({ bus, configuration, detector, log: createLogger({ level: 'silent' }) });
    const perceptions: Perception[] = [];
    const snapshots: Snapshot[] = [];
    await bus.subscribe({
      topics: [topics.perceptions, topics.snapshots],
      from: 'latest',
      async onBatch(batch) {
        for (const { topic, value } of batch)
          topic === topics.perceptions.name
            ? perceptions.push(perceptionCodec.decode(value!))
            : snapshots.push(snapshotCodec.decode(value!));
      },
    });
    t.after(async () => {
      await processor.close();
      await bus.close();
    });
    const publish = (sequence: number, changes: Partial<AccessUnit> = {}) => {
      const { payload, isKeyframe } = clip[sequence]!;
      const unit = accessUnit(sequence, { payload, isKeyframe, publishedAtUs: nowUs(), ...changes });
      return bus.publish(framesTopic('dashcam'), unit.streamId, accessUnitCodec.encode(unit));
    };
    const seen = (streamId: string) => perceptions.filter((each) => each.streamId === streamId).map(({ sequence }) => sequence);
    return { bus, perceptions, snapshots, publish, seen };
  }

  test('publishes what was seen in each chosen picture, in order', async (t) => {
    const { publish, seen } = await running(t);
    for (const sequence of [0, 1, 2]) {
      await publish(sequence);
      await eventually(`picture ${sequence}`, () => seen('front').length === sequence + 1);
    }
    assert.deepEqual(seen('front'), [0, 1, 2]);
  });

  test('leaves pictures that are late unanalysed, and goes on with the next one in time', async (t) => {
    const { publish, seen } = await running(t);
    const longAgo = { publishedAtUs: nowUs() - 1_000_000 };
    await publish(0, longAgo);
    await publish(1, longAgo);
    await publish(2);
    await eventually('the picture in time', () => seen('front').length === 1);
    assert.deepEqual(seen('front'), [2]);
  });

  test('keeps one camera’s garbage from the others, and takes that camera up again at its next keyframe', async (t) => {
    const { bus, publish, seen } = await running(t);
    await publish(0);
    await eventually('the first picture', () => seen('front').length === 1);
    await publish(1, { payload: Buffer.alloc(400, 0x5a) });
    await bus.publish(framesTopic('dashcam'), 'front', Buffer.from('no message at all'));
    await publish(0, { streamId: 'rear' });
    await eventually('the other camera', () => seen('rear').length === 1);
    for (const sequence of [2, 3, 4, 5, 6]) await publish(sequence);
    await eventually('the keyframe', () => seen('front').length === 2);
    assert.deepEqual(seen('front'), [0, 6]);
  });

  test('burns boxes into pictures while somebody wants them, and not after', async (t) => {
    const { bus, publish, seen, snapshots } = await running(t);
    const wish = (framesPerSecond: number) =>
      bus.publish(
        topics.control,
        'front',
        controlCodec.encode({ streamId: 'front', requester: 'test', framesPerSecond, width: 160, untilUs: nowUs() + 60e6 }),
      );
    let pictures = 0;
    const next = async () => {
      await publish(pictures++);
      await eventually(`picture ${pictures}`, () => seen('front').length === pictures);
    };
    await next();
    assert.equal(snapshots.length, 0);
    await wish(30);
    // The wish and the pictures come by different topics: it is heard at some picture soon.
    while (snapshots.length === 0 && pictures < 6) await next();
    assert.equal(snapshots[0]?.width, 160);
    assert.equal(snapshots[0]?.jpeg.readUInt16BE(0), 0xffd8);
    await wish(0);
    await next();
    await next();
    const before = snapshots.length;
    await next();
    assert.equal(snapshots.length, before);
  });
});
