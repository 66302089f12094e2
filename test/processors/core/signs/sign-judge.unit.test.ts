import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LimitReading, SignLook, SignSighting } from '../../../../processors/core/signs/sighting.ts';
import { noSigns, type SignsState, signsToRead, stepSigns } from '../../../../processors/core/signs/sign-judge.ts';
import type { Alert, Box } from '../../../../schemas/messages.ts';

const origin = { streamId: 'front', vehicleId: 'van', modelSet: 'f00d' };
const settings = { toleranceKmh: 3, graveFraction: 0.2, hourlyBudget: 12 };
const framesPerSecond = 15;
const pictureWidth = 1280;

/** A drive of which a test says what is seen when. */
class Drive {
  state: SignsState = noSigns;
  readonly alerts: (Alert & { readonly atSeconds: number })[] = [];
  speedKmh: number | null = null;
  #frame = 0;

  get seconds(): number {
    return this.#frame / framesPerSecond;
  }

  step(sightings: readonly SignSighting[], elapsedSeconds = 1 / framesPerSecond): ReturnType<typeof stepSigns> {
    const sequence = this.#frame++;
    const step = stepSigns(
      this.state,
      settings,
      origin,
      {
        epoch: 1,
        sequence,
        rtpTimestamp: 6000 * sequence,
        capturedAtUs: (sequence * 1e6) / framesPerSecond,
        sightings,
        speedMps: this.speedKmh === null ? null : this.speedKmh / 3.6,
        width: pictureWidth,
        seconds: Math.min(2, elapsedSeconds),
        elapsedSeconds,
        isCut: false,
      },
      sequence / framesPerSecond,
    );
    this.state = step.state;
    this.alerts.push(...step.alerts.map((alert) => ({ ...alert, atSeconds: this.seconds })));
    return step;
  }

  /** Past a sign 3.4 m beside the path, at 20 m/s, from 40 m to 6 m away. @param readings In turn. */
  pass(readings: readonly (LimitReading | null)[], look: SignLook = 'limit'): number {
    let reads = 0;
    for (let meters = 40; meters > 6; meters -= 20 / framesPerSecond) {
      const sighting = { look, boxPx: boxAt(meters), score: 1, lamp: null };
      const at = (this.#frame * 1e6) / framesPerSecond;
      const isRead = signsToRead(this.state, [sighting], at, 1 / framesPerSecond).length > 0;
      this.step([isRead ? { ...sighting, reading: readings[reads++ % readings.length]! } : sighting]);
    }
    return reads;
  }

  /** Nothing in sight. */
  on(seconds: number): void {
    for (let frame = 0; frame < seconds * framesPerSecond; frame++) this.step([]);
  }
}

function boxAt(meters: number): Box {
  const [x, y, half] = [640 + 3400 / meters, 360 - 1000 / meters, 300 / meters];
  return [x - half, y - half, x + half, y + half];
}

const fifty: LimitReading = { kmh: 50, weight: 0.95 };

test('believes a limit that was read alike twice, tells it within 2 s of the sign, and holds it', () => {
  const drive = new Drive();
  const reads = drive.pass([fifty]);
  assert.ok(reads >= 3 && reads <= 15, `read ${reads} times`);
  drive.on(1);
  assert.equal(drive.state.limitKmh, 50);
  drive.on(30);
  assert.equal(drive.state.limitKmh, 50);
});

test('believes neither what nobody could read nor what is read now so, now otherwise', () => {
  for (const readings of [[null], [fifty, { kmh: 80, weight: 0.95 }]]) {
    const drive = new Drive();
    drive.pass(readings);
    drive.on(1);
    assert.equal(drive.state.limitKmh, null);
  }
});

test('keeps to the majority when one reading is wrong', () => {
  const drive = new Drive();
  drive.pass([fifty, fifty, fifty, fifty, { kmh: 80, weight: 0.6 }]);
  drive.on(1);
  assert.equal(drive.state.limitKmh, 50);
});

test('forgets a limit at its end, and after a minute without pictures', () => {
  const ended = new Drive();
  ended.pass([fifty]);
  ended.on(1);
  ended.pass([null], 'end-of-limit');
  ended.on(1);
  assert.equal(ended.state.limitKmh, null);

  const paused = new Drive();
  paused.pass([fifty]);
  paused.on(1);
  paused.step([], 61);
  assert.equal(paused.state.limitKmh, null);
});

test('takes no limit from what it does not drive past', () => {
  const drive = new Drive();
  const onLorry: SignSighting = { look: 'limit', boxPx: [600, 300, 630, 330], score: 1, lamp: null, reading: fifty };
  for (let frame = 0; frame < 60; frame++) drive.step([onLorry]);
  drive.on(1);
  assert.equal(drive.state.limitKmh, null);
});

test('asks a sign that nobody can read less and less often', () => {
  const drive = new Drive();
  const unread: SignSighting = { look: 'limit', boxPx: [600, 300, 630, 330], score: 1, lamp: null };
  let reads = 0;
  for (let frame = 0; frame < 10 * framesPerSecond; frame++) {
    const isRead = signsToRead(drive.state, [unread], (frame * 1e6) / framesPerSecond, 1 / framesPerSecond).length > 0;
    if (isRead) reads++;
    drive.step([isRead ? { ...unread, reading: null } : unread]);
  }
  assert.ok(reads <= 16, `read ${reads} times in 10 s`);
});

test("gives two signs side by side ids of their own, which are never given again, and keeps a light's colour up to date", () => {
  const drive = new Drive();
  const lights = (lamp: 'red' | 'green'): SignSighting[] => [
    { look: 'light', boxPx: [500, 200, 520, 260], score: 0.8, lamp },
    { look: 'light', boxPx: [800, 200, 820, 260], score: 0.8, lamp: 'red' },
  ];
  for (let frame = 0; frame < 15; frame++) drive.step(lights('red'));
  const red = drive.step(lights('red')).signs;
  assert.deepEqual(
    red.map(({ value, isConfirmed }) => [value, isConfirmed]),
    [
      ['red', true],
      ['red', true],
    ],
  );
  for (let frame = 0; frame < 15; frame++) drive.step(lights('green'));
  const green = drive.step(lights('green')).signs;
  assert.deepEqual(
    green.map(({ value }) => value),
    ['green', 'red'],
  );
  assert.deepEqual(
    green.map(({ signId }) => signId),
    red.map(({ signId }) => signId),
  );
  drive.on(1);
  const fresh = drive.step(lights('red')).signs;
  assert.ok(fresh.every(({ signId }) => !red.some((old) => old.signId === signId)));
});

test('warns of speeding after 1.5 s, gravely a fifth above the limit, once, and says when it is over', () => {
  const drive = new Drive();
  drive.pass([fifty]);
  drive.on(1);
  drive.speedKmh = 52;
  drive.on(5);
  assert.equal(drive.alerts.length, 0, 'within the tolerance');
  const from = drive.seconds;
  drive.speedKmh = 56;
  drive.on(5);
  drive.speedKmh = 64;
  drive.on(5);
  drive.speedKmh = 51;
  drive.on(5);
  drive.speedKmh = 48;
  drive.on(5);
  assert.deepEqual(
    drive.alerts.map(({ type, state, severity }) => [type, state, severity]),
    [
      ['speeding', 'raised', 'caution'],
      ['speeding', 'updated', 'warning'],
      ['speeding', 'cleared', 'warning'],
    ],
  );
  const raised = drive.alerts[0]!;
  assert.ok(Math.abs(raised.atSeconds - from - 1.5) < 0.15, `raised after ${raised.atSeconds - from} s`);
  assert.deepEqual(Object.keys(raised.evidence), ['speedKmh', 'limitKmh']);
});

test('warns nobody of speeding without a limit or without a speed', () => {
  const drive = new Drive();
  drive.speedKmh = 150;
  drive.on(5);
  drive.pass([fifty]);
  drive.speedKmh = null;
  drive.on(5);
  assert.equal(drive.alerts.length, 0);
});

test('goes on from its state after a way through JSON', () => {
  const [drive, other] = [new Drive(), new Drive()];
  drive.pass([fifty]);
  other.pass([fifty]);
  drive.state = JSON.parse(JSON.stringify(drive.state)) as SignsState;
  drive.on(1);
  other.on(1);
  assert.deepEqual(drive.state, other.state);
});
