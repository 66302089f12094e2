import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf, shapesOf } from '../../schemas/drawing.ts';
import { type Driver, type Lanes, nothingSeen, type Perception } from '../../schemas/messages.ts';

const perception = (seen: Partial<Perception>): Perception => ({
  ...{ streamId: 'front', vehicleId: null, kind: 'dashcam', epoch: 1, sequence: 1, capturedAtUs: 0, rtpTimestamp: 0 },
  ...{ width: 1280, height: 720, modelSet: 'm', ...nothingSeen, ...seen },
  timing: { publishedAtUs: 0, waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: 0 },
});

const lanes: Lanes = {
  lines: [
    { side: 'left', type: 'dashed', pointsPx: [300, 700, 600, 400], coefficients: [-1.7, 0, 0], confidence: 1 },
    { side: 'right', type: 'solid', pointsPx: [980, 700, 680, 400], coefficients: [1.8, 0, 0], confidence: 1 },
  ],
  offsetMeters: 0.4,
  offsetRateMps: 0.3,
  widthMeters: 3.5,
  curvaturePerMeter: 0,
  crossingSeconds: 0.8,
  confidence: 1,
};

const driver: Driver = {
  presence: 'present',
  faceBoxPx: [0, 0, 10, 10],
  contoursPx: [[1, 2, 3, 4]],
  leftEyeOpenness: 1,
  rightEyeOpenness: 1,
  isEyesClosed: false,
  eyesClosedSeconds: 0,
  blinksPerMinute: 14.4,
  perclos: 0.12,
  mouthOpenness: 0.1,
  isYawning: false,
  yawDegrees: -12,
  pitchDegrees: 3,
  rollDegrees: 0,
  gazeYawDegrees: 0,
  isLookingAway: false,
  lookingAwaySeconds: 0,
  baseline: 'learnt',
};

test('nothing is drawn of what was not looked for', () => {
  assert.deepEqual(shapesOf(perception({})), []);
  assert.deepEqual(factsOf(perception({})), []);
});

test('the lane is one area, its lines as they are painted, the one that is about to be crossed in the colour of a warning', () => {
  const [area, left, right] = shapesOf(perception({ lanes }));
  assert.ok(area?.kind === 'line' && area.isFilled && area.isClosed);
  assert.deepEqual(area.pointsPx, [300, 700, 600, 400, 680, 400, 980, 700]);
  assert.ok(left?.kind === 'line' && left.isDashed && left.tone === 'calm');
  assert.ok(right?.kind === 'line' && !right.isDashed && right.tone === 'warning');
  assert.equal(shapesOf(perception({ lanes: { ...lanes, lines: [lanes.lines[0]!] } })).length, 1);
});

test('a driver is told in words, and turns red when asleep', () => {
  const facts = Object.fromEntries(factsOf(perception({ driver })).map(({ name, value, tone }) => [name, `${value} ${tone}`]));
  assert.deepEqual(facts, {
    Eyes: 'open calm',
    PERCLOS: '12 % caution',
    Blinks: '14/min calm',
    Head: '12° left, 3° up calm',
  });
  const asleep = { ...driver, isEyesClosed: true, eyesClosedSeconds: 1.2 };
  assert.deepEqual(
    shapesOf(perception({ driver: asleep })).map(({ tone }) => tone),
    ['critical'],
  );
  assert.equal(factsOf(perception({ driver: { ...driver, presence: 'absent' } }))[0]?.value, 'not there');
});

test('speed above the limit, and what cannot be trusted, stand out', () => {
  const facts = factsOf(perception({ egoSpeedMps: 20, speedLimitKmh: 50, lanes, degraded: ['lanes:not-found'] }));
  assert.deepEqual(
    facts.map(({ name, value, tone }) => [name, value, tone]),
    [
      ['Speed', '72 km/h', 'caution'],
      ['Limit', '50 km/h', 'calm'],
      ['In lane', '0.40 m right', 'calm'],
      ['lanes', 'not found', 'caution'],
    ],
  );
});

test('a speed that is read from the road is told as such, and is too high only beyond doubt', () => {
  const speedOf = (egoSpeedMps: number) => factsOf(perception({ egoSpeedMps, egoSpeedSigmaMps: 1, speedLimitKmh: 50 }))[0];
  assert.deepEqual(speedOf(14.5), { name: 'Speed', value: 'about 52 km/h', tone: 'calm' });
  assert.equal(speedOf(20)?.tone, 'caution');
});

test('regions, signs and text are outlined and named', () => {
  const shapes = shapesOf(
    perception({
      regions: [
        {
          regionId: 'crossing',
          polygonPx: [0, 0, 9, 0, 9, 9],
          occupancy: 2,
          entered: {},
          left: {},
          meanSpeedMps: null,
          longestDwellSeconds: null,
        },
      ],
      signs: [{ signId: 1, class: 'speed-limit', value: '50', boxPx: [1, 2, 3, 4], score: 1, isConfirmed: true }],
      readings: [
        {
          readingId: 'r',
          text: 'AB 123',
          isPlate: true,
          cornersPx: [1, 1, 5, 1, 5, 3, 1, 3],
          confidence: 1,
          firstSeenAtUs: 0,
          lastSeenAtUs: 0,
        },
      ],
    }),
  );
  assert.deepEqual(
    shapes.flatMap((shape) => (shape.kind === 'label' ? [shape.text] : [])),
    ['crossing: 2', '50 km/h', 'AB 123'],
  );
});
