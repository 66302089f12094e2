import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dashcam, type Scenario, type SignPlan, steady } from '../../../ingest/simulator/scenario.ts';
import { openRoad } from '../../../ingest/simulator/scene.ts';
import { truthAt } from '../../../ingest/simulator/truth.ts';

const [width, height] = [1280, 720];

const clear: Scenario = {
  name: 'clear',
  description: '',
  durationSeconds: 2,
  seed: 4,
  camera: dashcam,
  road: 'country',
  curvature: steady(0),
  ego: { speedMps: steady(20), laneOffsetMeters: steady(0) },
  actors: [],
};

function i420(scenario: Scenario, frame = 0): Uint8Array {
  const picture = new Uint8Array((width * height * 3) / 2);
  openRoad(scenario).draw(frame, picture);
  return picture;
}

function mean(picture: Uint8Array, [x1, y1, x2, y2]: readonly [number, number, number, number]): number {
  let sum = 0;
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) sum += picture[y * width + x]!;
  return sum / ((x2 - x1) * (y2 - y1));
}

/** How far the row of the horizon's surroundings differ from column to column. */
function contrast(picture: Uint8Array, [top, foot]: readonly [number, number]): number {
  let sum = 0;
  for (let y = top; y < foot; y++) for (let x = 1; x < width; x++) sum += Math.abs(picture[y * width + x]! - picture[y * width + x - 1]!);
  return sum / ((foot - top) * width);
}

/** Difference of V, where a box's outline changed it: red is above 0. */
function redder(a: Uint8Array, b: Uint8Array, [x1, y1, x2, y2]: readonly [number, number, number, number]): number {
  const plane = width * height * 1.25;
  let most = 0;
  for (let y = Math.floor(y1) >> 1; y < y2 / 2; y++)
    for (let x = Math.floor(x1) >> 1; x < x2 / 2; x++) {
      const at = plane + y * (width >> 1) + x;
      most = Math.max(most, a[at]! - b[at]!);
    }
  return most;
}

const day = i420(clear);
const sky = [0, 20, width, 120] as const;
const nearRoad = [560, 520, 720, 600] as const;
const verge = [20, 420, 160, 460] as const;
const car = (braking: boolean): Scenario['actors'][number] => ({
  actorId: 'it',
  model: 'hatchback',
  paint: 'blue',
  startMeters: 20,
  speedMps: [
    [0, 20],
    [1, braking ? 15 : 20],
  ],
  lateralMeters: steady(0),
});

describe('drawn light and weather', () => {
  test('dusk is darker than day, and night than dusk, except where the own headlamps shine', () => {
    const [dusk, night] = [i420({ ...clear, light: 'dusk' }), i420({ ...clear, light: 'night' })];
    assert.ok(mean(day, sky) > mean(dusk, sky) + 30 && mean(dusk, sky) > mean(night, sky) + 30);
    assert.ok(mean(day, verge) > mean(dusk, verge) && mean(dusk, verge) > mean(night, verge));
    assert.ok(mean(night, nearRoad) > mean(night, verge) + 8, `${mean(night, nearRoad)} and ${mean(night, verge)}`);
  });

  test('fog takes the contrast of what is far, and leaves what is near', () => {
    const fog = i420({ ...clear, fog: 0.7 });
    const [far, near] = [[340, 372] as const, [650, 700] as const];
    assert.ok(contrast(fog, far) < 0.5 * contrast(day, far));
    assert.ok(contrast(fog, near) > 0.6 * contrast(day, near));
  });

  test('rain makes the near road darker', () => {
    assert.ok(mean(i420({ ...clear, rain: 0.8 }), nearRoad) < mean(day, nearRoad) - 10);
  });

  test('at night, tail lamps glow red, and brake lamps more', () => {
    const night: Scenario = { ...clear, light: 'night' };
    const [empty, driving, stopping] = [i420(night), i420({ ...night, actors: [car(false)] }), i420({ ...night, actors: [car(true)] })];
    const [{ boxPx } = { boxPx: [0, 0, 0, 0] as const }] = truthAt({ ...night, actors: [car(false)] }, 0).actors;
    assert.ok(redder(driving, empty, boxPx) > 40);
    assert.ok(mean(stopping, [...boxPx].map(Math.round) as never) > mean(driving, [...boxPx].map(Math.round) as never) + 1);
  });

  test('trees throw shadows', () => {
    const shade = i420({ ...clear, hasShadows: true });
    let darker = 0;
    for (let at = width * 380; at < width * height; at++) {
      assert.ok(shade[at]! <= day[at]!);
      if (shade[at]! < day[at]! - 15) darker++;
    }
    assert.ok(darker > 2000, `${darker} pixels`);
  });

  test('stays within what video allows, and is the same every time', () => {
    for (const weather of [
      { light: 'dusk', rain: 1 },
      { light: 'night', rain: 1, fog: 1 },
      { rain: 1, fog: 0.5 },
    ] as const) {
      const scenario: Scenario = {
        ...clear,
        ...weather,
        actors: [car(true)],
        signs: [{ class: 'speed-limit', value: '120', atMeters: 14 }],
      };
      const picture = i420(scenario, 2);
      assert.ok(picture.subarray(0, width * height).every((value) => value >= 12 && value <= 240));
      assert.ok(picture.subarray(width * height).every((value) => value >= 16 && value <= 240));
      assert.deepEqual(i420(scenario, 2), picture);
    }
  });
});

describe('drawn signs', () => {
  for (const plan of [
    { class: 'speed-limit', value: '80', atMeters: 18 },
    { class: 'stop', atMeters: 18 },
    { class: 'traffic-light', atMeters: 18, states: [[0, 'red']] },
    { class: 'traffic-light', atMeters: 22, offsetMeters: 0, states: [[0, 'green']] },
  ] as const satisfies SignPlan[])
    test(`a ${plan.class} ${plan.atMeters} m ahead is where the truth says`, () => {
      const scenario: Scenario = { ...clear, signs: [plan] };
      const [sign] = truthAt(scenario, 0).signs;
      const [x1, y1, x2, y2] = sign!.boxPx;
      const [a, b] = [i420(scenario), day];
      let [left, right, top] = [width, 0, height];
      // In the face's rows: below is its post.
      for (let y = Math.floor(y1) - 3; y < y2 - 2; y++)
        for (let x = Math.floor(x1) - 30; x < x2 + 3; x++)
          if (Math.abs(a[y * width + x]! - b[y * width + x]!) > 14)
            [left, right, top] = [Math.min(left, x), Math.max(right, x + 1), Math.min(top, y)];
      // A red light's halo reaches over its housing.
      const tolerance = plan.class === 'traffic-light' ? 9 : 2;
      assert.ok(Math.abs(left - x1) <= tolerance && Math.abs(right - x2) <= tolerance, `${left}..${right}, truth ${x1}..${x2}`);
      assert.ok(Math.abs(top - y1) <= 4, `top ${top}, truth ${y1}`);
    });

  test('a light changes when it is told to', () => {
    const light: SignPlan = {
      class: 'traffic-light',
      atMeters: 60,
      states: [
        [0, 'red'],
        [0.5, 'green'],
      ],
    };
    const scenario: Scenario = { ...clear, signs: [light] };
    assert.deepEqual(
      [0, 14, 15, 40].map((frame) => truthAt(scenario, frame).signs[0]!.value),
      ['red', 'red', 'green', 'green'],
    );
  });
});
