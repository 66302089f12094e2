import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Detector } from '../../models/detector.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { nowUs } from '../../platform/clock.ts';
import { controlCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { AccessUnit } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { accessUnit } from '../support/access-unit.ts';
import { type ClipPicture, encodeClip } from '../support/clip.ts';
import { eventually } from '../support/eventually.ts';
import { processorWorld } from './world.ts';

const second = 1e6;
const hour = 3600 * second;
const frameUs = second / 30;
/** Access units from one keyframe to the next. */
const group = 15;

describe('processor', () => {
  let dataDirectory: string;
  let detector: Detector;
  let clip: ClipPicture[];
  before(async () => {
    dataDirectory = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
    detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
    clip = await encodeClip({ frames: group, keyframeEvery: group, width: 320, height: 192 });
  });
  after(async () => {
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const streams = ['front', 'rear'].map((id) => ({ id, url: 'rtsp://camera/1', analysedFramesPerSecond: 30 }));
  const world = (t: TestContext, changes: { detector?: Detector; streams?: object[] } = {}) =>
    processorWorld(t, { detector, streams, ...changes });
  type World = Awaited<ReturnType<typeof world>>;

  /** The picture of this number of a camera that sends on and on; published now unless told. */
  const unit = (sequence: number, changes: Partial<AccessUnit> = {}) => {
    const { payload, isKeyframe } = clip[sequence % group]!;
    return accessUnit(sequence, { payload, isKeyframe, publishedAtUs: nowUs(), ...changes });
  };
  /** Pictures published at the camera's own pace, the last of them now. */
  const backlog = (frames: number, changes: Partial<AccessUnit> = {}) => {
    const untilUs = nowUs();
    return Array.from({ length: frames }, (_, i) =>
      unit(i, { publishedAtUs: untilUs - Math.round((frames - 1 - i) * frameUs), ...changes }),
    );
  };
  const publishAll = async ({ publish }: World, units: readonly AccessUnit[], topic = topics.framesDashcam) => {
    for (const each of units) await publish(each, topic);
  };
  /** Publishes pictures one by one, each when the one before has been analysed. */
  const publishInTurn = async (w: World, units: readonly AccessUnit[]) => {
    for (const each of units) {
      await w.publish({ ...each, publishedAtUs: nowUs() });
      await eventually(`picture ${each.sequence}`, () => w.analysed(each.streamId).includes(each.sequence));
    }
  };

  test('publishes what was seen in each chosen picture, in order', async (t) => {
    const w = await world(t);
    await w.start();
    await publishInTurn(w, [unit(0), unit(1), unit(2)]);
    assert.deepEqual(w.analysed('front'), [0, 1, 2]);
  });

  test('leaves pictures unanalysed that a newer one waits behind, and never the newest', async (t) => {
    const gate = Promise.withResolvers<void>();
    let isHeld = false;
    const held: Detector = {
      ...detector,
      async detect(inputs) {
        isHeld = true;
        await gate.promise;
        return detector.detect(inputs);
      },
    };
    const w = await world(t, { detector: held });
    await w.start();
    await w.publish(unit(0));
    await eventually('the first is under way', () => isHeld);
    await publishAll(w, backlog(20).slice(1));
    gate.resolve();
    await eventually('the newest', () => w.analysed('front').at(-1) === 19);
    // Of the 19 that waited, those of the last 140 ms count as fresh.
    assert.ok(w.analysed('front').length <= 2 + 5, w.analysed('front').join());
    await eventually('it is counted', () => (w.status('front')?.skipped ?? 0) > 0);
  });

  test('catches up with what came while nobody was there: all of it is looked at, five pictures in two seconds while it is calm', async (t) => {
    const w = await world(t);
    await publishAll(w, backlog(5 * 30));
    await w.start();
    await eventually('the end', () => w.analysed('front').length >= 12);
    const sequences = w.analysed('front');
    assert.deepEqual(
      sequences.slice(0, 11),
      Array.from({ length: 11 }, (_, i) => expectedAt(i)),
    );
    await eventually('the status', () => w.status('front') !== undefined);
    assert.equal(w.status('front')!.gaps, 0);
  });

  /** Of pictures of 30/s, numbered from 0, the first of each 0.4 s by the RTP clock of `accessUnit`. */
  function expectedAt(slot: number): number {
    const first = Math.floor((accessUnit(0).rtpTimestamp * 2.5) / 90_000);
    for (let sequence = 0; ; sequence++)
      if (Math.floor((accessUnit(sequence).rtpTimestamp * 2.5) / 90_000) === first + slot) return sequence;
  }

  for (const [whose, skewUs] of [
    ['agree', 0],
    ['differ by an hour', hour],
    ['differ by an hour the other way', -hour],
  ] as const)
    test(`goes on at the newest pictures when what waits is too old, and tells of the gap; clocks ${whose}`, async (t) => {
      const w = await world(t);
      const frames = 60 * 30;
      await publishAll(
        w,
        backlog(frames).map((each) => ({ ...each, publishedAtUs: each.publishedAtUs + skewUs })),
      );
      await w.start();
      await eventually('the newest', () => w.analysed('front').at(-1) === frames - 1);
      const [first] = w.analysed('front');
      assert.ok(first! >= frames - 4 * 30, `began with ${first}`);
      await eventually('it is told', () => w.status('front')?.gaps === 1);
      const { lastGap, state } = w.status('front')!;
      const wentOnWith = Math.round((lastGap!.toUs - unit(0).capturedAtUs) / frameUs);
      assert.equal(lastGap!.fromUs, unit(0).capturedAtUs);
      assert.ok(wentOnWith % group === 0 && wentOnWith <= first! && wentOnWith > first! - 4 * 30, `went on with ${wentOnWith}`);
      assert.match(lastGap!.reason, /^the analysis was (59|60)\.\d s behind$/);
      assert.equal(state, 'behind');
    });

  test('analyses every picture of a job, however old', async (t) => {
    const w = await world(t, { streams: [{ id: 'front', url: 'file:a.mp4', analysedFramesPerSecond: 30 }] });
    const old = backlog(20).map((each, i) => ({ ...each, publishedAtUs: each.publishedAtUs - (20 - i) * hour }));
    await publishAll(w, old, topics.framesJob);
    await w.start();
    await eventually('all', () => w.analysed('front').length === 20);
    assert.deepEqual(
      w.analysed('front'),
      old.map(({ sequence }) => sequence),
    );
    await eventually('the status', () => w.status('front') !== undefined);
    assert.deepEqual([w.status('front')!.skipped, w.status('front')!.gaps], [0, 0]);
  });

  test('analyses live pictures of publishers whose clocks are an hour off, knows that they are fresh, and says so once', async (t) => {
    const w = await world(t);
    await w.start();
    const skews = { front: hour, rear: -hour };
    const told = () => w.log.filter(({ msg }) => /clock/.test(String(msg)));
    let sequence = 0;
    for (; told().length < 2; sequence++)
      for (const [streamId, skewUs] of Object.entries(skews)) {
        await w.publish(unit(sequence, { streamId, publishedAtUs: nowUs() + skewUs }));
        await eventually(`picture ${sequence}`, () => w.analysed(streamId).includes(sequence));
      }
    for (const [streamId, aheadSeconds] of [
      ['front', -3600],
      ['rear', 3600],
    ] as const) {
      assert.deepEqual(
        told().flatMap((line) => (line.stream === streamId ? line.aheadSeconds : [])),
        [aheadSeconds],
      );
      await eventually('the status', () => w.status(streamId) !== undefined);
      const { gaps, skipped } = w.status(streamId)!;
      assert.deepEqual([gaps, skipped], [0, 0]);
      for (const { ageMs, state } of w.statuses) assert.ok(ageMs < 1000 && state === 'analysing', `${ageMs} ${state}`);
    }
  });

  test('tells how a stream is analysed, and when it has become silent', async (t) => {
    const w = await world(t);
    await w.start('one');
    await publishInTurn(
      w,
      Array.from({ length: 12 }, (_, i) => unit(i)),
    );
    await eventually('the status', () => w.status('front') !== undefined);
    const { streamId, processor, wantedFramesPerSecond, framesPerSecond, failures, errorCode } = w.status('front')!;
    assert.deepEqual([streamId, processor, wantedFramesPerSecond, failures, errorCode], ['front', 'one', 30, 0, null]);
    assert.ok(framesPerSecond > 0 && framesPerSecond <= 4);
    await eventually('it is idle', () => w.status('front')?.state === 'idle');
    const told = w.statuses.length;
    await publishInTurn(w, [unit(15)]);
    await eventually('it is back', () => w.status('front')?.state === 'analysing');
    assert.ok(w.statuses.slice(0, told).filter(({ state }) => state === 'idle').length === 1, 'idle is told once');
  });

  test('keeps one camera’s garbage from the others, and takes that camera up again at its next keyframe', async (t) => {
    const w = await world(t);
    await w.start();
    await publishInTurn(w, [unit(0)]);
    await w.publish(unit(1, { payload: Buffer.alloc(400, 0x5a) }));
    await publishInTurn(w, [unit(0, { streamId: 'rear' })]);
    await publishAll(
      w,
      Array.from({ length: group - 1 }, (_, i) => unit(2 + i)),
    );
    await eventually('the keyframe', () => w.analysed('front').length === 2);
    assert.deepEqual(w.analysed('front'), [0, group]);
    await eventually('it is buried', () => w.deadLetters.length === 1);
    const [letter] = w.deadLetters;
    assert.deepEqual([letter!.topic, letter!.key, letter!.code], [topics.framesDashcam.name, 'front', 'DECODE_FAILED']);
  });

  test('buries a camera that sends only garbage now and then, not as often as it sends, and says that it fails', async (t) => {
    const w = await world(t);
    await w.start();
    for (let sequence = 0; sequence < 60; sequence++)
      await w.publish(unit(sequence, { streamId: 'bad', isKeyframe: true, payload: Buffer.alloc(400, 0x5a) }));
    await publishInTurn(w, [unit(0)]);
    await eventually('it is told', () => w.status('bad')?.failures === 60);
    const { state, errorCode, errorMessage } = w.status('bad')!;
    assert.deepEqual([state, errorCode], ['failing', 'DECODE_FAILED']);
    assert.match(errorMessage!, /Stream bad: access unit 59/);
    assert.equal(w.status('front')?.state, 'analysing');
    assert.ok(w.deadLetters.length >= 1 && w.deadLetters.length <= 4, `${w.deadLetters.length} dead letters`);
  });

  test('says that a camera fails that never sends a keyframe', async (t) => {
    const w = await world(t);
    await w.start();
    let sequence = 1;
    const sending = setInterval(() => void w.publish(unit(sequence++, { isKeyframe: false })), 100);
    t.after(() => clearInterval(sending));
    await eventually('it is told', () => w.status('front')?.state === 'failing');
    assert.match(w.status('front')!.errorMessage!, /no keyframe/);
  });

  test('buries what is no access unit, and goes on with the next message', async (t) => {
    const w = await world(t);
    await w.start();
    await publishInTurn(w, [unit(0)]);
    const fromTheFuture = Buffer.from('0000ffffff0102', 'hex');
    await w.bus.publish(topics.framesDashcam, 'front', Buffer.from('no message at all'));
    await w.bus.publish(topics.framesDashcam, 'front', fromTheFuture);
    await w.publish(unit(1, { streamId: 'Not A Name' }));
    await w.bus.publish(topics.control, 'front', Buffer.from('no wish'));
    await publishInTurn(w, [unit(1)]);
    await eventually('all four are buried', () => w.deadLetters.length === 4);
    const letters = w.deadLetters.map(({ topic, key, code }) => `${topic} ${key} ${code}`).sort();
    assert.deepEqual(
      letters,
      [
        `${topics.control.name} front MESSAGE_INVALID`,
        `${topics.framesDashcam.name} Not A Name MESSAGE_INVALID`,
        `${topics.framesDashcam.name} front MESSAGE_INVALID`,
        `${topics.framesDashcam.name} front SCHEMA_UNKNOWN`,
      ].sort(),
    );
    assert.deepEqual(w.deadLetters.find(({ code }) => code === 'SCHEMA_UNKNOWN')!.value, fromTheFuture);
  });

  test('does not blame pictures for a detector that fails, and goes on when it works again', async (t) => {
    let isBroken = true;
    const failing: Detector = {
      ...detector,
      async detect(inputs) {
        if (isBroken) throw new RoadstreamError('INFERENCE_FAILED', 'broken for the test', { retryable: true });
        return detector.detect(inputs);
      },
    };
    const w = await world(t, { detector: failing });
    await w.start();
    await w.publish(unit(0));
    await eventually('it is told', () => w.status('front')?.state === 'failing');
    assert.equal(w.status('front')!.errorCode, 'INFERENCE_FAILED');
    isBroken = false;
    await publishInTurn(w, [unit(1)]);
    await eventually('it works again', () => w.status('front')?.state === 'analysing');
    assert.equal(w.deadLetters.length, 0);
  });

  test('burns boxes into pictures while somebody wants them, and not after', async (t) => {
    const w = await world(t);
    await w.start();
    const wish = (framesPerSecond: number) =>
      w.bus.publish(
        topics.control,
        'front',
        controlCodec.encode({ streamId: 'front', requester: 'test', framesPerSecond, width: 160, untilUs: nowUs() + 60e6 }),
      );
    let pictures = 0;
    const next = () => publishInTurn(w, [unit(pictures++)]);
    await next();
    assert.equal(w.snapshots.length, 0);
    await wish(30);
    // The wish and the pictures come by different topics: it is heard at some picture soon.
    while (w.snapshots.length === 0 && pictures < 10) await next();
    assert.equal(w.snapshots[0]?.width, 160);
    assert.equal(w.snapshots[0]?.jpeg.readUInt16BE(0), 0xffd8);
    await wish(0);
    await next();
    await next();
    const before = w.snapshots.length;
    await next();
    assert.equal(w.snapshots.length, before);
  });
});
