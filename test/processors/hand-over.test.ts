import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Detector } from '../../models/detector.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { nowUs } from '../../platform/clock.ts';
import { alertCodec } from '../../schemas/codecs.ts';
import type { AccessUnit, Alert, Checkpoint } from '../../schemas/messages.ts';
import { type TopicDefinition, topics } from '../../schemas/topics.ts';
import { driveUnits } from '../support/drive.ts';
import { eventually } from '../support/eventually.ts';
import { processorWorld } from './world.ts';

/** The lead brakes hard: raised, made worse and cleared between the 3rd and the 6th second. */
const driveFrames = 210;
const streamId = 'braking-lead';

// Frames go to the topic of jobs, where all are analysed: what is handed over is the same, and nothing depends on the machine's speed.
describe('hand-over', () => {
  let dataDirectory: string;
  let detector: Detector;
  let drive: AccessUnit[];
  /** What a processor made of the whole drive. */
  let whole: { alerts: Alert[]; checkpoints: Checkpoint[] };

  before(async () => {
    dataDirectory = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
    detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
    drive = [];
    for await (const { unit } of driveUnits(streamId, driveFrames)) drive.push(unit);
  });
  after(async () => {
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  const world = (t: TestContext, analysedFramesPerSecond = 10, failsOnce?: TopicDefinition) =>
    processorWorld(t, { detector, failsOnce, streams: [{ id: streamId, url: 'sim:braking-lead', analysedFramesPerSecond }] });
  type World = Awaited<ReturnType<typeof world>>;
  const put = async ({ publish }: World, units: readonly AccessUnit[]) => {
    for (const unit of units) await publish(unit, topics.framesJob);
  };
  const isCleared = ({ alerts }: World) => alerts.some(({ state }) => state === 'cleared');
  const told = (alerts: readonly Alert[]) => alerts.map(({ state, alertId }) => `${state} ${alertId}`);

  /** The world as it is after a processor was killed: the frames, and its newest checkpoint. */
  async function afterCrash(t: TestContext, checkpoint: Checkpoint, analysedFramesPerSecond?: number): Promise<World> {
    const next = await world(t, analysedFramesPerSecond);
    await put(next, drive);
    await next.putCheckpoint(checkpoint);
    return next;
  }

  test('writes the state down before the first picture, before each alert, and at the end', async (t) => {
    const first = await world(t);
    const processor = await first.start();
    await put(first, drive);
    await eventually('the danger is over', () => isCleared(first));
    await eventually('all is analysed', () => first.analysed(streamId).length === driveFrames / 3);
    await processor.close();
    await eventually('the last checkpoint', () => first.checkpoints.at(-1)?.sequence === driveFrames - 1);
    const { checkpoints, alerts, history } = first;
    whole = { alerts, checkpoints };
    assert.deepEqual(
      alerts.map(({ state }) => state),
      ['raised', 'updated', 'cleared'],
    );
    assert.deepEqual(
      checkpoints.flatMap(({ outbox }) => outbox.map((value) => alertCodec.decode(value).state)),
      ['raised', 'updated', 'cleared'],
    );
    assert.deepEqual([checkpoints[0]!.sequence, checkpoints[0]!.isTakeOver], [-1, true]);
    assert.deepEqual([checkpoints.at(-1)!.sequence, checkpoints.at(-1)!.outbox], [driveFrames - 1, []]);
    assert.ok(checkpoints.slice(1).every(({ isTakeOver }) => !isTakeOver));
    for (const { processor: writer, keyframeOffset, nextOffset, sequence, topic } of checkpoints) {
      assert.deepEqual([writer, topic, nextOffset], ['a', topics.framesJob.name, sequence + 1]);
      assert.ok(drive[keyframeOffset]!.isKeyframe && keyframeOffset <= nextOffset);
    }
    assert.deepEqual(
      history.map(({ sequence }) => sequence),
      [checkpoints[0]!.sequence],
    );
  });

  test('goes on in the middle of a danger: tracks keep their ids, the open alert is not raised again, and ends', async (t) => {
    const shared = await world(t);
    const first = await shared.start('a');
    await put(shared, drive.slice(0, 110));
    await eventually('the first one is done', () => shared.analysed(streamId).length === 37);
    const lead = shared.perceptions.at(-1)!.tracks.find(({ isLead }) => isLead)!.trackId;
    await shared.start('b');
    await first.close();
    await put(shared, drive.slice(110));
    await eventually('the danger is over', () => isCleared(shared));
    assert.deepEqual(
      shared.alerts.map(({ state }) => state),
      ['raised', 'updated', 'cleared'],
    );
    assert.equal(new Set(shared.alerts.map(({ alertId }) => alertId)).size, 1);
    const afterwards = shared.perceptions.slice(37);
    assert.equal(afterwards[0]!.sequence, 111);
    assert.equal(afterwards[0]!.tracks.find(({ isLead }) => isLead)?.trackId, lead);
    await eventually('it is told who it is now', () => shared.status(streamId)?.processor === 'b');
  });

  test('loses no alert when a processor dies between its checkpoint and the alert, whichever pictures the next one analyses', async (t) => {
    const raised = whole.checkpoints.find(({ outbox }) => outbox.length > 0)!;
    const next = await afterCrash(t, raised, 8);
    await next.start('b');
    await eventually('the danger is over', () => isCleared(next));
    const [id] = whole.alerts.map(({ alertId }) => alertId);
    assert.equal(told(next.alerts)[0], `raised ${id}`);
    assert.deepEqual(new Set(next.alerts.map(({ alertId }) => alertId)), new Set([id]));
    assert.equal(next.alerts.filter(({ state }) => state === 'raised').length, 1);
    assert.ok(Math.min(...next.analysed(streamId)) > raised.sequence);
    await eventually('the outbox is empty', () =>
      next.checkpoints.some(({ processor, outbox }) => processor === 'b' && outbox.length === 0),
    );
  });

  test('publishes what its dead owner had still to publish also when the camera sends nothing any more', async (t) => {
    const raised = whole.checkpoints.find(({ outbox }) => outbox.length > 0)!;
    const next = await world(t);
    await next.putCheckpoint(raised);
    await next.start('b');
    await eventually('the alert', () => next.alerts.length === 1);
    assert.equal(next.alerts[0]!.alertId, whole.alerts[0]!.alertId);
  });

  test('judges again what no checkpoint knows, and uses no track id again that may have been given out', async (t) => {
    const [start] = whole.checkpoints;
    const next = await afterCrash(t, start!);
    await next.start('b');
    await eventually('the danger is over', () => isCleared(next));
    assert.deepEqual(
      next.alerts.map(({ state, alertId }) => [state, alertId]),
      whole.alerts.map(({ state, alertId }) => [state, alertId]),
    );
    const known = (JSON.parse(start!.state).senses.tracker.tracks as { trackId: number }[]).map(({ trackId }) => trackId);
    const { nextTrackId } = JSON.parse(start!.state).senses.tracker;
    for (const id of next.trackIds(streamId)) assert.ok(known.includes(id) || id >= nextTrackId + 1000, `track ${id}`);
    assert.equal(next.checkpoints.find(({ processor }) => processor === 'b')?.isTakeOver, true);
  });

  for (const topic of ['alerts', 'perceptions', 'checkpoints'] as const)
    test(`goes on as after a crash when publishing fails: ${topic}`, async (t) => {
      const shaken = await world(t, 10, topics[topic]);
      await shaken.start();
      await put(shaken, drive);
      await eventually('all is analysed', () => new Set(shaken.analysed(streamId)).size === driveFrames / 3);
      assert.deepEqual(new Set(told(shaken.alerts)), new Set(told(whole.alerts)));
      assert.equal(shaken.alerts.filter(({ state }) => state === 'raised').length, 1);
    });

  test('does not believe a former owner that does not know it yet', async (t) => {
    const next = await afterCrash(t, { ...whole.checkpoints.at(-2)!, outbox: [] });
    const second = await next.start('b');
    await eventually('it has gone on', () => next.analysed(streamId).at(-1) === driveFrames - 3);
    await second.close();
    // The one before wakes up and writes what it knows, from the middle of the danger.
    await next.putCheckpoint(whole.checkpoints.find(({ outbox }) => outbox.length > 0)!);
    await next.start('c');
    await put(next, later(drive.slice(0, 30), driveFrames));
    await eventually('the third one goes on', () => next.analysed(streamId).at(-1) === driveFrames + 27);
    assert.deepEqual(next.alerts, []);
    const sequences = next.analysed(streamId);
    assert.deepEqual(
      sequences,
      sequences.toSorted((x, y) => x - y),
    );
  });

  test('starts afresh from a checkpoint of a version it does not know, and says so', async (t) => {
    const next = await afterCrash(t, { ...whole.checkpoints.at(-2)!, version: 999, outbox: [] });
    await next.start('b');
    await eventually('it is analysed from its beginning', () => next.analysed(streamId)[0] === 0);
    assert.ok(next.log.some(({ stream, version, msg }) => stream === streamId && version === 999 && /starts afresh/.test(String(msg))));
    assert.equal(next.deadLetters.length, 0);
  });

  test('restores what was judged with another model', async (t) => {
    const last = whole.checkpoints.at(-2)!;
    const next = await afterCrash(t, { ...last, modelSet: 'yolox-nano:0123', outbox: [] });
    await next.start('b');
    await eventually('it goes on', () => next.perceptions.length > 0);
    assert.ok(next.analysed(streamId)[0]! > last.sequence);
  });

  for (const state of ['{"senses":', '{"senses":{}}', 'null'])
    test(`buries checkpoints that cannot be read, and starts afresh: ${state}`, async (t) => {
      const next = await afterCrash(t, { ...whole.checkpoints.at(-2)!, state, outbox: [] });
      await next.bus.publish(topics.checkpoints, 'other', Buffer.from('no checkpoint'));
      await next.start('b');
      await eventually('it is analysed from its beginning', () => next.analysed(streamId)[0] === 0);
      await eventually('both are buried', () => next.deadLetters.length === 2);
      assert.deepEqual(
        next.deadLetters.map(({ topic, consumer, code }) => [topic, consumer, code]),
        Array.from({ length: 2 }, () => [topics.checkpoints.name, 'processor', 'MESSAGE_INVALID']),
      );
    });

  test('writes the newest state of a stream that has become silent', async (t) => {
    const next = await world(t);
    await next.start();
    await put(
      next,
      drive.slice(0, 20).map((unit) => ({ ...unit, publishedAtUs: nowUs() })),
    );
    await eventually('the newest is written', () => next.checkpoints.at(-1)?.sequence === 19);
    assert.deepEqual(next.checkpoints.at(-1)?.outbox, []);
  });
});

/** The same pictures once more, so many frames later. */
function later(units: readonly AccessUnit[], frames: number): AccessUnit[] {
  return units.map((unit) => ({
    ...unit,
    sequence: unit.sequence + frames,
    capturedAtUs: unit.capturedAtUs + Math.round((frames * 1e6) / 30),
    rtpTimestamp: unit.rtpTimestamp + frames * 3000,
  }));
}
