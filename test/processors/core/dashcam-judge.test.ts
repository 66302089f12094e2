import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDashcamJudge, type DashcamFrame, type DashcamJudgement, withFreshTrackIds } from '../../../processors/core/dashcam-judge.ts';
import { perceptionCodec } from '../../../schemas/codecs.ts';
import { parseConfiguration } from '../../../schemas/configuration.ts';
import { nothingSeen } from '../../../schemas/messages.ts';
import { dangerous } from './scenarios.ts';
import { camera, drive } from './synthetic-drive.ts';

const options = {
  streamId: 'front',
  vehicleId: 'van-7',
  camera,
  alerts: parseConfiguration({}, 'defaults').alerts,
  modelSet: 'f00d',
};
const braking = drive(dangerous['car braking with 6 m/s2 12 m ahead']!, 3).map(({ frame }) => frame);
const judgeAll = (frames: readonly DashcamFrame[], judge = createDashcamJudge(options)) => frames.map((frame) => judge.push(frame));
const alertsOf = (judgements: readonly DashcamJudgement[]) => judgements.flatMap(({ alerts }) => alerts);
const idsOf = (judgement: DashcamJudgement | undefined) => judgement!.tracks.map(({ trackId }) => trackId);
/** One car straight ahead at a distance. */
const carAt = (meters: number): DashcamFrame['detections'] => [
  { class: 'car', score: 0.8, boxPx: [640 - 945 / meters, 360 - 200 / meters, 640 + 945 / meters, 360 + 1300 / meters] },
];
const frameAt = (seconds: number, detections: DashcamFrame['detections'], more: Partial<DashcamFrame> = {}): DashcamFrame => ({
  epoch: 1,
  sequence: Math.round(seconds * 30),
  capturedAtUs: 1_750_000_000_000_000 + Math.round(seconds * 1e6),
  rtpTimestamp: Math.round(seconds * 90_000),
  width: 1280,
  height: 720,
  detections,
  ...more,
});
/** A second and a half of a car 20 m ahead, at 15 frames a second. */
const following = Array.from({ length: 22 }, (_, i) => frameAt(i / 15, carAt(20)));

test('raises, worsens and clears one alert, and tells it only when it changes', () => {
  const gone = Array.from({ length: 20 }, (_, i) => ({
    ...braking.at(-1)!,
    capturedAtUs: braking.at(-1)!.capturedAtUs + (i + 1) * 66_667,
    detections: [],
  }));
  const alerts = alertsOf(judgeAll([...braking, ...gone]));
  assert.deepEqual(
    alerts.map(({ state, severity }) => [state, severity]),
    [
      ['raised', 'warning'],
      ['updated', 'critical'],
      ['cleared', 'critical'],
    ],
  );
  assert.equal(new Set(alerts.map(({ alertId }) => alertId)).size, 1);
  assert.equal(new Set(alerts.map(({ raisedAtUs }) => raisedAtUs)).size, 1);
  const [raised, , cleared] = alerts;
  assert.match(raised!.message, /^Closing on the car \d+ m ahead: \d\.\d s to collision\.$/);
  assert.ok(raised!.evidence.distanceMeters! > 5 && raised!.evidence.ttcSeconds! < 4.1);
  assert.deepEqual([raised!.clearedAtUs, cleared!.clearedAtUs], [null, cleared!.updatedAtUs]);
  assert.deepEqual([raised!.streamId, raised!.vehicleId, raised!.modelSet, raised!.publishedAtUs], ['front', 'van-7', 'f00d', 0]);
});

test('what the vehicle tells of its speed needs no looking at the road', () => {
  const roadStrips = { firstRowPx: 400.5, columnsPx: new Float32Array(200), luma: new Float32Array(200) };
  const markings = { rowsPx: [], points: [], brightness: 100 };
  const judge = createDashcamJudge(options);
  judge.push(frameAt(0, [], { markings, roadStrips }));
  assert.ok(judge.snapshot().ownSpeed.belief);
  const { egoSpeedMps, egoSpeedSigmaMps } = judge.push(
    frameAt(1 / 15, [], { markings, roadStrips, vehicle: { speedMps: 20, indicator: null } }),
  );
  assert.deepEqual([egoSpeedMps, egoSpeedSigmaMps], [20, null]);
  assert.equal(judge.snapshot().ownSpeed.belief, null);
});

test('gives the same tracks and alerts for the same frames', () => {
  assert.equal(JSON.stringify(judgeAll(braking)), JSON.stringify(judgeAll(braking)));
});

test('goes on from a snapshot that went through JSON as if nothing had happened', () => {
  const whole = judgeAll(braking);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: braking.length }), (cut) => {
      const first = createDashcamJudge(options);
      judgeAll(braking.slice(0, cut), first);
      const second = createDashcamJudge(options);
      second.restore(JSON.parse(JSON.stringify(first.snapshot())));
      assert.equal(JSON.stringify(judgeAll(braking.slice(cut), second)), JSON.stringify(whole.slice(cut)));
    }),
    { numRuns: 25 },
  );
});

test('who takes over keeps the tracks there are, and gives new ones ids that nobody can have given out', () => {
  const first = createDashcamJudge(options);
  judgeAll(following, first);
  const second = createDashcamJudge(options);
  second.restore(withFreshTrackIds(first.snapshot()));
  const beside: DashcamFrame['detections'] = [{ class: 'car', score: 0.8, boxPx: [100, 340, 200, 420] }];
  const frames = [22, 23, 24, 25].map((i) => frameAt(i / 15, [...carAt(20), ...beside]));
  assert.deepEqual(idsOf(judgeAll(frames, second).at(-1)), [1, 1002]);
});

test('keeps a snapshot as it was while the judge goes on', () => {
  const judge = createDashcamJudge(options);
  judgeAll(braking.slice(0, 40), judge);
  const snapshot = judge.snapshot();
  const written = JSON.stringify(snapshot);
  judgeAll(braking.slice(40), judge);
  assert.equal(JSON.stringify(snapshot), written);
});

test('follows a lead: distance, path and lead', () => {
  const [track] = judgeAll(following).at(-1)!.tracks;
  assert.ok(Math.abs(track!.distanceMeters! - 20) < 1.5);
  assert.deepEqual([track!.inPath, track!.isLead, track!.ttcSeconds], [true, true, null]);
});

test('shows a missed box for three frames and no longer', () => {
  const missed = Array.from({ length: 5 }, (_, i) => frameAt((22 + i) / 15, []));
  assert.deepEqual(
    judgeAll([...following, ...missed])
      .slice(-5)
      .map(({ tracks }) => tracks.length),
    [1, 1, 1, 0, 0],
  );
});

test('begins new tracks with a new connection, another picture size, and after a gap, and never uses an id again', () => {
  const table: { why: string; later: number; more: Partial<DashcamFrame>; degraded: string[] }[] = [
    { why: 'a new connection', later: 0, more: { epoch: 2 }, degraded: [] },
    { why: 'another picture size', later: 0, more: { width: 1920, height: 1080 }, degraded: [] },
    { why: 'a gap of three seconds', later: 3, more: {}, degraded: ['tracking:gap'] },
  ];
  for (const { why, later, more, degraded } of table) {
    const again = Array.from({ length: 5 }, (_, i) => frameAt((22 + i) / 15 + later, carAt(20), more));
    const judgements = judgeAll([...following, ...again]);
    assert.deepEqual(idsOf(judgements[21]), [1], why);
    assert.deepEqual(judgements[22]!.degraded, degraded, why);
    assert.deepEqual(idsOf(judgements[22]), [], why);
    assert.deepEqual(idsOf(judgements.at(-1)), [2], why);
  }
});

test('tells no distance of a car that a nearer one hides', () => {
  const hidden = { class: 'car', score: 0.8, boxPx: [660, 352, 700, 384] as const };
  const frames = Array.from({ length: 30 }, (_, i) => frameAt(i / 15, i < 15 ? [hidden] : [hidden, ...carAt(20)]));
  const judgements = judgeAll(frames);
  assert.notEqual(judgements[14]!.tracks[0]!.distanceMeters, null);
  assert.equal(judgements.at(-1)!.tracks.find(({ trackId }) => trackId === 1)!.distanceMeters, null);
});

test('leaves a bus that is overtaken in its lane, although the detector stops short of the edge that cuts it', () => {
  const frames = Array.from({ length: 42 }, (_, i) => {
    const near = 22 - (6 * i) / 15;
    const right = 640 + (945 * (3.5 + 1.27)) / near;
    const box: DashcamFrame['detections'][number]['boxPx'] = [
      640 + (945 * (3.5 - 1.27)) / (near + 12),
      360 - (945 * 1.8) / near,
      Math.min(right, 1271),
      360 + (945 * 1.3) / near,
    ];
    return frameAt(i / 15, [{ class: 'bus', score: 0.6, boxPx: box }]);
  });
  const judgements = judgeAll(frames);
  assert.ok(judgements.every(({ tracks }) => tracks.every(({ inPath }) => !inPath)));
  assert.deepEqual(alertsOf(judgements), []);
});

test('takes a box that jumps to another size for another car, not for an approach', () => {
  const jumped = Array.from({ length: 15 }, (_, i) => frameAt((22 + i) / 15, carAt(15)));
  const judgements = judgeAll([...following, ...jumped]);
  assert.deepEqual(alertsOf(judgements), []);
  const [track] = judgements.at(-1)!.tracks;
  assert.ok(Math.abs(track!.closingSpeedMps!) < 1, `${track!.closingSpeedMps} m/s`);
});

test('keeps the lead through a moment in which nothing is seen of it', () => {
  const after = Array.from({ length: 5 }, (_, i) => frameAt((24 + i) / 15, carAt(20)));
  for (const { tracks } of judgeAll([...following, frameAt(22 / 15, []), frameAt(23 / 15, []), ...after]).slice(22))
    assert.equal(tracks[0]!.isLead, true);
});

test('goes through a capture time that jumps back, and says so', () => {
  const back = Array.from({ length: 5 }, (_, i) => frameAt((22 + i) / 15 - 0.5, carAt(20)));
  const judgements = judgeAll([...following, ...back]);
  assert.deepEqual(judgements[22]!.degraded, ['tracking:capture-time-went-back']);
  assert.deepEqual(judgements[23]!.degraded, []);
  assert.deepEqual(idsOf(judgements.at(-1)), [1]);
  assert.ok(Math.abs(judgements.at(-1)!.tracks[0]!.closingSpeedMps!) < 1);
});

test('clears an open alert when the connection is lost and a new one shows an empty road', () => {
  const last = braking.at(-1)!;
  const raisedUntil = braking.slice(0, -3);
  const empty = Array.from({ length: 20 }, (_, i) => ({
    ...last,
    epoch: last.epoch + 1,
    sequence: i,
    capturedAtUs: last.capturedAtUs + i * 66_667,
    detections: [],
  }));
  assert.equal(alertsOf(judgeAll([...raisedUntil, ...empty])).at(-1)!.state, 'cleared');
});

test('a driver who looks away is warned up to a second earlier, and of one danger once', () => {
  const standing = drive(dangerous['stationary car at 50 km/h, half a width beside']!, 3).map(({ frame }) => frame);
  const raised = (attention: 'road' | 'away' | null) =>
    alertsOf(judgeAll(standing.map((frame) => ({ ...frame, vehicle: { speedMps: null, indicator: null, attention } })))).filter(
      ({ state }) => state === 'raised',
    );
  const [attentive, away, unknown] = [raised('road'), raised('away'), raised(null)];
  assert.deepEqual(attentive, unknown);
  assert.deepEqual([attentive.length, away.length], [1, 1]);
  const earlierSeconds = (attentive[0]!.raisedAtUs - away[0]!.raisedAtUs) / 1e6;
  assert.ok(earlierSeconds > 0.1 && earlierSeconds <= 1.1, `${earlierSeconds} s`);
});

test('who follows too near at a told speed is told so', () => {
  const vehicle = { speedMps: 30, indicator: null };
  const frames = Array.from({ length: 20 * 15 }, (_, i) => frameAt(i / 15, carAt(15), { vehicle }));
  const raised = alertsOf(judgeAll(frames)).filter(({ state }) => state === 'raised');
  assert.deepEqual(
    raised.map(({ type }) => type),
    ['tailgating'],
  );
});

test('warns at the thresholds it was given', () => {
  const early = createDashcamJudge({
    ...options,
    alerts: { ...options.alerts, forwardCollision: { warnTtcSeconds: 3.5, criticalTtcSeconds: 1, hourlyBudget: 12 } },
  });
  const raisedAt = (judgements: readonly DashcamJudgement[]) => alertsOf(judgements).find(({ state }) => state === 'raised')!.raisedAtUs;
  const standing = drive(dangerous['stationary car at 50 km/h, half a width beside']!, 3).map(({ frame }) => frame);
  assert.ok(raisedAt(judgeAll(standing, early)) < raisedAt(judgeAll(standing)));
});

test('gives signs and lights no distance and no place in the path', () => {
  const light = { class: 'traffic light', score: 0.8, boxPx: [630, 300, 645, 335] as const };
  const [track] = judgeAll(following.map((frame) => ({ ...frame, detections: [light] }))).at(-1)!.tracks;
  assert.deepEqual([track!.class, track!.distanceMeters, track!.inPath, track!.isLead], ['traffic light', null, false, false]);
});

test('says when the horizon lies outside the picture', () => {
  const judge = createDashcamJudge({ ...options, camera: { ...camera, pitchDegrees: 25 } });
  assert.deepEqual(judge.push(frameAt(0, [])).degraded, ['distance:horizon-outside-picture']);
});

test('gives only finite numbers that a perception can carry, whatever comes in', () => {
  const edge = fc.double({ min: -100, max: 1500 });
  const frame = fc.record({
    seconds: fc.oneof(fc.double({ min: 0.01, max: 2, noNaN: true }), fc.constantFrom(0, -1, 100)),
    epoch: fc.integer({ min: 1, max: 2 }),
    size: fc.constantFrom([1280, 720] as const, [1280, 720] as const, [1280, 720] as const, [640, 480] as const),
    boxes: fc.array(fc.tuple(fc.constantFrom('car', 'truck', 'person', 'bicycle'), fc.double({ min: 0, max: 1 }), edge, edge, edge, edge), {
      maxLength: 6,
    }),
    moves: fc.double({ min: -40, max: 40, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 30 }), (steps) => {
      const judge = createDashcamJudge(options);
      let seconds = 0;
      steps.forEach((step, i) => {
        seconds += step.seconds;
        const [width, height] = step.size;
        const detections = [
          // One that stays near its place, so that it becomes a track.
          { class: 'car', score: 0.9, boxPx: [400 + step.moves, 300, 700 + step.moves, 500 + step.moves] as const },
          ...step.boxes.map(([className, score, ...boxPx]) => ({ class: className, score, boxPx })),
        ];
        const judgement = judge.push(frameAt(seconds, detections, { epoch: step.epoch, sequence: i, width, height }));
        for (const track of judgement.tracks)
          for (const value of Object.values(track).flat())
            if (typeof value === 'number') assert.ok(Number.isFinite(value), JSON.stringify(track));
        for (const { evidence } of judgement.alerts) for (const value of Object.values(evidence)) assert.ok(Number.isFinite(value));
        const { tracks, horizonPx, degraded } = judgement;
        const timing = { publishedAtUs: 0, waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: 0 };
        const frameFields = {
          streamId: 'front',
          vehicleId: null,
          epoch: 1,
          sequence: i,
          capturedAtUs: 0,
          rtpTimestamp: 0,
          width,
          height,
          modelSet: 'f00d',
          kind: 'dashcam' as const,
        };
        assert.ok(perceptionCodec.encode({ ...frameFields, ...nothingSeen, horizonPx, degraded, tracks, timing }).length > 0);
      });
    }),
    { numRuns: 200 },
  );
});
