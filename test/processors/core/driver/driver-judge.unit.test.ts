import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDriverJudge, type DriverFrame, type DriverJudgement } from '../../../../processors/core/driver-judge.ts';
import { perceptionCodec } from '../../../../schemas/codecs.ts';
import { driverSchema } from '../../../../schemas/driver.ts';
import { nothingSeen } from '../../../../schemas/messages.ts';
import { blinking, driverFrames, type Moment, shutEyes } from './synthetic-driver.ts';

const options = { streamId: 'cabin', vehicleId: 'van-7', modelSet: 'face:f00d', thresholds: driverSchema.parse({}) };
const start = 1_750_000_000_000_000;

function judgeAll(frames: readonly DriverFrame[], judge = createDriverJudge(options)): DriverJudgement[] {
  return frames.map((frame) => judge.push(frame));
}

/** What was raised or became worse, and when: `4.5 microsleep warning`. */
function told(judgements: readonly DriverJudgement[], states = ['raised', 'updated']): string[] {
  return judgements
    .flatMap(({ alerts }) => alerts)
    .filter(({ state }) => states.includes(state))
    .map(({ updatedAtUs, type, severity }) => `${((updatedAtUs - start) / 1e6).toFixed(1)} ${type} ${severity}`);
}

/** Attentive, except for what is given for a span of seconds. */
function drive(seconds: number, spans: readonly (readonly [from: number, to: number, Moment])[], framesPerSecond = 15): DriverJudgement[] {
  const at = (now: number) =>
    Object.assign(blinking(now), ...spans.filter(([from, to]) => now >= from && now < to).map(([, , moment]) => moment)) as Moment;
  return judgeAll(driverFrames(seconds, at, framesPerSecond));
}

const table: readonly (readonly [
  title: string,
  seconds: number,
  spans: readonly (readonly [number, number, Moment])[],
  expected: string[],
])[] = [
  ['says nothing about a driver who blinks', 120, [], []],
  [
    'warns of a microsleep when the eyes have been shut for a second, and of sleep from three on',
    30,
    [[20, 24, { eyes: shutEyes }]],
    ['21.0 microsleep warning', '23.0 microsleep critical'],
  ],
  ['says nothing of eyes shut for 0.8 s', 30, [[20, 20.8, { eyes: shutEyes }]], []],
  [
    'goes on counting shut eyes when the face drops out of sight',
    30,
    [
      [20, 20.6, { eyes: shutEyes }],
      [20.6, 23, { seen: 'gone' }],
    ],
    ['21.0 microsleep warning'],
  ],
  ['takes lowered lids of a lowered head for reading, not for sleep', 30, [[20, 22.5, { eyes: shutEyes, pitch: -30 }]], []],
  [
    'tells sleep of a head that sinks after the eyes have shut',
    30,
    [
      [20, 20.4, { eyes: shutEyes }],
      [20.4, 22, { eyes: shutEyes, pitch: -30 }],
    ],
    ['21.0 microsleep warning'],
  ],
  ['warns of a glance of 3.5 s while the speed is unknown', 30, [[20, 26, { yaw: 45 }]], ['23.5 long-glance warning']],
  ['warns of a look into the lap', 30, [[20, 26, { pitch: -30 }]], ['23.5 long-glance warning']],
  [
    'warns of a glance after 3.5 s at 80 km/h',
    30,
    [
      [0, 20, { speedMps: 22 }],
      [20, 27, { yaw: -45, speedMps: 22 }],
    ],
    ['23.5 long-glance warning'],
  ],
  [
    'warns of a glance after 6 s at 30 km/h',
    30,
    [
      [0, 20, { speedMps: 8.3 }],
      [20, 27, { yaw: -45, speedMps: 8.3 }],
    ],
    ['26.0 long-glance warning'],
  ],
  [
    'says nothing about a driver who looks around while the car stands',
    40,
    [
      [0, 40, { speedMps: 0 }],
      [20, 35, { yaw: 45 }],
    ],
    [],
  ],
  ['says nothing of mirror glances', 120, Array.from({ length: 14 }, (_, k) => [8 * k + 5, 8 * k + 6, { yaw: 40 }] as const), []],
  [
    'warns of time sharing when glances add up to more than 10 s of 30',
    60,
    Array.from({ length: 8 }, (_, k) => [4 * k + 10, 4 * k + 12.5, { pitch: -28 }] as const),
    ['26.1 time-sharing warning'],
  ],
  [
    'tells many yawns',
    200,
    [20, 80, 140].map((from) => [from, from + 4, { mouth: 0.7, eyes: 0.14 }] as const),
    ['141.5 drowsiness caution'],
  ],
  ['tells that the seat is empty, once', 60, [[20, 60, { seen: 'gone' }]], ['29.9 no-driver warning']],
  ['says nothing about an empty seat while the car stands', 60, [[20, 60, { seen: 'gone', speedMps: 0 }]], []],
  ['says nothing about a driver whom a covered camera does not see', 60, [[20, 50, { seen: 'covered' }]], []],
  ['says nothing about a hidden face', 60, [[20, 50, { seen: 'hidden' }]], []],
];
for (const [title, seconds, spans, expected] of table)
  for (const framesPerSecond of [15, 30])
    test(`${title} (${framesPerSecond} frames/s)`, () => {
      const found = told(drive(seconds, spans, framesPerSecond));
      const split = (line: string) => [Number(line.split(' ')[0]), line.slice(line.indexOf(' ') + 1)] as const;
      const isSame = found.every((line, at) => {
        const [[when, what], [dueSeconds, due]] = [split(line), split(expected[at] ?? '0 nothing')];
        return what === due && Math.abs(when - dueSeconds) < 0.15;
      });
      assert.ok(isSame && found.length === expected.length, `told ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`);
    });

test('tells drowsiness by PERCLOS: caution from 10 % on, a warning from 20 % on', () => {
  // Eyes shut for 0.6 s of every 2 after half a minute, and blinks: 35 % in the end.
  const judged = drive(
    120,
    Array.from({ length: 45 }, (_, k) => [30 + 2 * k, 30.6 + 2 * k, { eyes: shutEyes }] as const),
  );
  const raised = told(judged);
  assert.deepEqual(
    raised.map((line) => line.split(' ').slice(1).join(' ')),
    ['drowsiness caution', 'drowsiness warning'],
  );
  assert.ok(Math.abs(judged.at(-1)!.driver.perclos! - 0.35) < 0.03, `${judged.at(-1)!.driver.perclos}`);
  for (const { driver } of judged.slice(0, 15 * 29)) assert.equal(driver.perclos, null);
});

test('leaves yawns out of PERCLOS', () => {
  const yawns = [20, 40].map((from) => [from, from + 5, { mouth: 0.7, eyes: 0.1 }] as const);
  assert.ok(drive(60, yawns).at(-1)!.driver.perclos! < 0.07);
});

test('counts blinks', () => {
  assert.ok(Math.abs(drive(90, []).at(-1)!.driver.blinksPerMinute! - 15) <= 1);
});

test('says what it cannot see, instead of guessing', () => {
  const cases = [
    ['gone', ['driver:face-lost'], 'absent'],
    ['hidden', ['driver:face-hidden'], 'present'],
    ['glasses', ['driver:eyes-hidden'], 'present'],
    ['covered', ['camera:covered'], 'unknown'],
  ] as const;
  for (const [seen, degraded, presence] of cases) {
    const last = drive(30, [[20, 30, { seen }]]).at(-1)!;
    assert.deepEqual(last.degraded, degraded);
    assert.equal(last.driver.presence, presence);
    assert.equal(last.driver.isEyesClosed, null);
    assert.equal(last.driver.isLookingAway, seen === 'glasses' ? false : null);
  }
});

test('tells the vehicle where the attention is', () => {
  const judged = drive(60, [
    [20, 22, { yaw: 45 }],
    [30, 32, { eyes: shutEyes }],
    [40, 60, { seen: 'hidden' }],
  ]);
  const at = (seconds: number) => judged[Math.round(seconds * 15)]!.attention;
  assert.deepEqual([10, 21, 25, 31.5, 50].map(at), ['road', 'away', 'road', 'asleep', null]);
});

test('learns what is normal: narrow eyes and a camera at the side', () => {
  // Open eyes of 0.2 would be half shut in others; 25 degrees beside the camera is straight ahead here.
  const usual = { eyes: 0.21, yaw: 25, pitch: -12 };
  const at = (now: number): Moment => ({
    ...usual,
    ...(now % 4 > 3.8 && { eyes: 0.1 }),
    ...(now > 80 && now < 82 && { eyes: 0.1 }),
    ...(now > 90 && now < 95 && { yaw: -10 }),
  });
  const judged = judgeAll(driverFrames(100, at));
  assert.deepEqual(
    told(judged).map((line) => line.split(' ')[1]),
    ['microsleep', 'long-glance'],
  );
  const { driver } = judged[15 * 70]!;
  assert.equal(driver.baseline, 'learnt');
  assert.ok(Math.abs(driver.yawDegrees!) < 2 && Math.abs(driver.pitchDegrees!) < 2 && Math.abs(driver.leftEyeOpenness! - 1) < 0.05);
});

test('a long look to the side right after the start is no straight ahead, a camera at the side is', () => {
  const looking = judgeAll(
    driverFrames(40, (now) => ({ ...blinking(now), ...(now > 2 && now < 6 && { yaw: 45 }), ...(now >= 20 && now < 25 && { yaw: 45 }) })),
  );
  assert.deepEqual(told(looking), ['23.5 long-glance warning']);
  const beside = judgeAll(driverFrames(60, (now) => ({ ...blinking(now), yaw: 36, ...(now >= 50 && now < 55 && { yaw: 0 }) })));
  assert.deepEqual(told(beside), ['53.5 long-glance warning']);
});

test('learns anew when nobody has been there for a minute', () => {
  const judged = drive(150, [[65, 130, { seen: 'gone' }]]);
  assert.deepEqual(
    [64, 120, 140].map((now) => judged[15 * now]!.driver.baseline),
    ['learnt', 'learnt', 'learning'],
  );
});

test('a gap in the pictures ends what went on', () => {
  const before = driverFrames(3, (now) => (now > 2.5 ? { eyes: shutEyes } : {}));
  const after = driverFrames(0.5, () => ({ eyes: shutEyes })).map((frame) => ({ ...frame, capturedAtUs: frame.capturedAtUs + 10_000_000 }));
  assert.deepEqual(told(judgeAll([...before, ...after])), []);
});

const eventful = driverFrames(60, (now) => ({
  ...blinking(now),
  ...(now > 20 && now < 24 && { eyes: shutEyes }),
  ...(now > 30 && now < 35 && { yaw: 45 }),
  ...(now > 40 && now < 43 && { mouth: 0.7 }),
  ...(now > 45 && now < 50 && { seen: 'covered' as const }),
}));

test('says that the capture time went back, but not of a new connection, which counts it anew', () => {
  const [first, second] = driverFrames(1, blinking) as [DriverFrame, DriverFrame];
  const back = { ...second, capturedAtUs: first.capturedAtUs - 1e6 };
  assert.deepEqual(judgeAll([first, back])[1]!.degraded, ['driver:capture-time-went-back']);
  assert.deepEqual(judgeAll([first, { ...back, epoch: 2 }])[1]!.degraded, []);
});

test('goes on from a snapshot that went through JSON as if nothing had happened', () => {
  const whole = judgeAll(eventful);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: eventful.length }), (cut) => {
      const first = createDriverJudge(options);
      judgeAll(eventful.slice(0, cut), first);
      const second = createDriverJudge(options);
      second.restore(JSON.parse(JSON.stringify(first.snapshot())));
      assert.deepEqual(judgeAll(eventful.slice(cut), second), whole.slice(cut));
    }),
    { numRuns: 10 },
  );
});

test('raises, worsens and clears one alert by one id, and names its rule', () => {
  const sleep = judgeAll(eventful)
    .flatMap(({ alerts }) => alerts)
    .filter(({ type }) => type === 'microsleep');
  assert.deepEqual(
    sleep.map(({ state }) => state),
    ['raised', 'updated', 'cleared'],
  );
  assert.equal(new Set(sleep.map(({ alertId }) => alertId)).size, 1);
  assert.match(sleep[0]!.message, /^Eyes closed for 1\.\d s\.$/);
  assert.match(sleep[0]!.rule, /Euro NCAP/);
});

test('whatever faces measure and however time runs, what comes out can be sent', () => {
  const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
  const frame = fc.record({
    eyes: number,
    mouth: number,
    yaw: number,
    pitch: number,
    seen: fc.constantFrom('face', 'hidden', 'glasses', 'gone', 'covered'),
  });
  const steps = fc.array(fc.tuple(frame, fc.integer({ min: -3_000_000, max: 30_000_000 })), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (moments) => {
      const judge = createDriverJudge(options);
      let capturedAtUs = start;
      for (const [moment, stepUs] of moments) {
        capturedAtUs += stepUs;
        const { driver, degraded } = judge.push({ ...driverFrames(0.1, () => moment as Moment)[0]!, capturedAtUs });
        const timing = { publishedAtUs: 0, waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: 0 };
        const place = { streamId: 'cabin', vehicleId: null, kind: 'cabin' as const, epoch: 1, sequence: 1, capturedAtUs, rtpTimestamp: 0 };
        const perception = { ...nothingSeen, ...place, width: 1280, height: 720, modelSet: 'f', driver, degraded, timing };
        assert.equal(JSON.stringify(perceptionCodec.decode(perceptionCodec.encode(perception)).driver), JSON.stringify(driver));
      }
    }),
    { numRuns: 50 },
  );
});
