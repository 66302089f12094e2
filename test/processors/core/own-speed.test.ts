import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCamera, groundFromPixel } from '../../../processors/core/geometry.ts';
import {
  type OwnSpeed,
  ofGuessedCamera,
  type RoadStrips,
  stepOwnSpeed,
  stripCount,
  unknownOwnSpeed,
} from '../../../processors/core/own-speed.ts';
import { cameraSchema } from '../../../schemas/configuration.ts';
import type { Box } from '../../../schemas/messages.ts';
import { sureSpeed } from '../../../schemas/sure-speed.ts';

const camera = createCamera(cameraSchema.parse({}), 1280, 720);
const firstRowPx = 400.5;
const rows = 290;
const parts = [-0.4, -0.2, 0, 0.2, 0.4];

/** @param luma Of the left line at so many meters ahead; the right one is solid. */
function strips(luma: (forwardMeters: number) => number): RoadStrips {
  const left = Array.from({ length: rows }, (_, row) => {
    // A pixel shows the mean of what it covers.
    const seen = parts.map((part) => luma(groundFromPixel(camera, 0, firstRowPx + row + part)!.forwardMeters));
    return seen.reduce((sum, value) => sum + value, 0) / seen.length;
  });
  const columnsPx = Float32Array.from({ length: stripCount * rows }, (_, at) => (at < rows ? 400 : 880));
  return { firstRowPx, columnsPx, luma: Float32Array.from([...left, ...left.map(() => 160)]) };
}

/** Dashes of 4 m, 8 m apart (German RMS-1, beyond towns). */
const dashes = (drivenMeters: number) => strips((ahead) => ((drivenMeters + ahead) % 12 < 4 ? 160 : 105));

interface Driven {
  readonly speedMps: (seconds: number) => number;
  readonly picturesPerSecond?: number;
  readonly seconds?: number;
  readonly see?: (drivenMeters: number, seconds: number) => RoadStrips | null;
  readonly boxes?: readonly Box[];
}

function drive({ speedMps, picturesPerSecond = 15, seconds = 4, see = dashes, boxes = [] }: Driven): (OwnSpeed | null)[] {
  const step = 1 / picturesPerSecond;
  let [state, driven] = [unknownOwnSpeed, 0];
  return Array.from({ length: seconds * picturesPerSecond }, (_, index) => {
    const next = stepOwnSpeed(state, see(driven, index * step), { camera, boxes, seconds: step, isCut: index === 0 });
    state = JSON.parse(JSON.stringify(next.state));
    assert.deepEqual(state, next.state);
    driven += speedMps(index * step) * step;
    return next.speed;
  });
}

const steady = [
  { why: 'a town, at the usual rate', speed: 9, picturesPerSecond: 15 },
  { why: 'a country road', speed: 22.3, picturesPerSecond: 15 },
  { why: 'a motorway', speed: 36.1, picturesPerSecond: 15 },
  { why: 'few pictures, between which a motorway goes by by half a dash cycle', speed: 30, picturesPerSecond: 5 },
];

test('dashes that come nearer tell the speed within 3 %, whatever the rate of pictures', () => {
  for (const { why, speed, picturesPerSecond } of steady) {
    const last = drive({ speedMps: () => speed, picturesPerSecond }).at(-1);
    assert.ok(last && Math.abs(last.speedMps - speed) < 0.03 * speed, `${why}: ${JSON.stringify(last)}`);
    assert.ok(sureSpeed(last.speedMps, last.sigmaMps) !== null, why);
  }
});

test('dashes that stay where they are tell that the vehicle stands, and no rule rests on it', () => {
  const last = drive({ speedMps: () => 0 }).at(-1)!;
  assert.equal(last?.speedMps, 0);
  assert.equal(sureSpeed(last.speedMps, last.sigmaMps), null);
});

test('a speed is never told wrongly by three sigmas while it brakes by 5 m/s²', () => {
  const speedMps = (seconds: number) => Math.max(0, 20 - 5 * Math.max(0, seconds - 2));
  const told = drive({ speedMps, seconds: 7 });
  assert.ok(told.filter(Boolean).length > 0.6 * told.length);
  for (const [index, speed] of told.entries())
    if (speed)
      assert.ok(Math.abs(speed.speedMps - speedMps((index - 1) / 15)) < 3 * speed.sigmaMps, `${index / 15} s: ${JSON.stringify(speed)}`);
});

/** A car 7 m ahead, as wide as both lines are apart there. */
const near: Box = [380, 300, 900, 550];
const unseen: Record<string, Driven> = {
  'solid lines': { speedMps: () => 20, see: () => strips(() => 160) },
  'no lane': { speedMps: () => 20, see: () => null },
  'a car close ahead': { speedMps: () => 20, boxes: [near] },
  'pictures that come too seldom': { speedMps: () => 20, picturesPerSecond: 1, seconds: 10 },
};
for (const [what, drivenBy] of Object.entries(unseen))
  test(`nothing is told where nothing tells it: ${what}`, () => assert.deepEqual(new Set(drive(drivenBy)), new Set([null])));

test('is told no more half a second after the dashes have ended', () => {
  const told = drive({ speedMps: () => 20, see: (driven, seconds) => (seconds < 2 ? dashes(driven) : strips(() => 160)) });
  assert.ok(told[29] !== null);
  assert.deepEqual(new Set(told.slice(38)), new Set([null]));
});

test('no picture makes it anything but a number or null', () => {
  const luma = fc.oneof(fc.constant(Number.NaN), fc.float({ min: 0, max: 255, noNaN: true }));
  const picture = fc.array(luma, { minLength: 0, maxLength: 300 }).map((values): RoadStrips => {
    const both = [...values, ...values];
    return { firstRowPx: 400.5, columnsPx: Float32Array.from(both, () => 640), luma: Float32Array.from(both) };
  });
  fc.assert(
    fc.property(fc.array(fc.option(picture), { maxLength: 8 }), fc.double({ min: 0.01, max: 2, noNaN: true }), (pictures, seconds) => {
      let state = unknownOwnSpeed;
      for (const strips of pictures) {
        const next = stepOwnSpeed(state, strips, { camera, boxes: [], seconds, isCut: false });
        state = next.state;
        assert.ok([...state.belief!, ...(state.profile ?? []), state.knownSeconds].every(Number.isFinite));
        assert.ok(next.speed === null || (next.speed.speedMps >= 0 && Number.isFinite(next.speed.sigmaMps)));
      }
    }),
    { numRuns: 50 },
  );
});

test('is doubted where nobody has told how the camera looks', () => {
  const speed = ofGuessedCamera({ speedMps: 20, sigmaMps: 1 });
  assert.equal(speed.speedMps, 20);
  assert.equal(sureSpeed(speed.speedMps, speed.sigmaMps), null);
  assert.equal(sureSpeed(20, 1), 20);
});
