import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dashcam, framesPerSecond, type Scenario, steady } from '../../../ingest/simulator/scenario.ts';
import { roadScenarios as scenarios } from '../../../ingest/simulator/scenarios/index.ts';
import { truthAt } from '../../../ingest/simulator/truth.ts';

/** One car straight ahead. */
function ahead(startMeters: number, egoMps: number, otherMps: number, lateralMeters = 0): Scenario {
  return {
    name: 'ahead',
    description: '',
    durationSeconds: 10,
    seed: 1,
    camera: dashcam,
    road: 'country',
    curvature: steady(0),
    ego: { speedMps: steady(egoMps), laneOffsetMeters: steady(0) },
    actors: [
      { actorId: 'car', model: 'hatchback', paint: 'blue', startMeters, speedMps: steady(otherMps), lateralMeters: steady(lateralMeters) },
    ],
  };
}

const anyFrame = fc.record({
  scenario: fc.constantFrom(...scenarios),
  part: fc.double({ min: 0, max: 0.999, noNaN: true }),
});
const frameOf = (scenario: Scenario, part: number): number => Math.floor(part * scenario.durationSeconds * framesPerSecond);

describe('truth of a frame', () => {
  test('has a time to collision of distance over closing speed, and none when nothing closes', () => {
    fc.assert(
      fc.property(anyFrame, ({ scenario, part }) => {
        for (const { ttcSeconds, distanceMeters, closingSpeedMps } of truthAt(scenario, frameOf(scenario, part)).actors) {
          if (closingSpeedMps <= 0) assert.equal(ttcSeconds, null);
          else if (ttcSeconds !== null) assert.ok(Math.abs(ttcSeconds * closingSpeedMps - distanceMeters) < 1e-9);
        }
      }),
    );
  });

  test('has a closing speed that is the fall of the distance', () => {
    fc.assert(
      fc.property(anyFrame, ({ scenario, part }) => {
        const frame = frameOf(scenario, part);
        if ((frame + 1) % (scenario.durationSeconds * framesPerSecond) < 1) return;
        const next = truthAt(scenario, frame + 1).actors;
        for (const { actorId, distanceMeters, closingSpeedMps } of truthAt(scenario, frame).actors) {
          const after = next.find((actor) => actor.actorId === actorId);
          if (!after) continue;
          const mean = (closingSpeedMps + after.closingSpeedMps) / 2;
          // A corner of a speed profile within the frame: at most 15 m/s2 over half a frame.
          assert.ok(Math.abs((distanceMeters - after.distanceMeters) * framesPerSecond - mean) < 0.26);
        }
      }),
    );
  });

  test('shows a car straight ahead f * width / distance wide, its tyres on the road', () => {
    // Not nearer than 5 m, where the flared flanks come into view; not farther than 200 m.
    for (const distance of [5, 8, 20, 60, 200]) {
      const [car] = truthAt(ahead(distance, 20, 20), 0).actors;
      const [x1, , x2, y2] = car!.boxPx;
      assert.ok(Math.abs((x2 - x1) / ((1000 * 1.75) / distance) - 1) < 1e-9, `${distance} m`);
      // The tyres stand 0.62 m beyond the bumper.
      assert.ok(Math.abs(y2 - 360 - 1300 / (distance + 0.62)) < 1e-9, `${distance} m`);
    }
  });

  test('counts time on and keeps the truth of the drive when it begins again', () => {
    const [scenario] = scenarios;
    const loop = scenario!.durationSeconds * framesPerSecond;
    const first = truthAt(scenario!, 100);
    const second = truthAt(scenario!, 100 + loop);
    assert.deepEqual(second.actors, first.actors);
    assert.equal(second.timeSeconds, first.timeSeconds + scenario!.durationSeconds);
  });

  test('has only boxes inside the picture', () => {
    fc.assert(
      fc.property(anyFrame, ({ scenario, part }) => {
        for (const { boxPx } of truthAt(scenario, frameOf(scenario, part)).actors) {
          const [x1, y1, x2, y2] = boxPx;
          assert.ok(x1 >= 0 && y1 >= 0 && x2 <= 1280 && y2 <= 720 && x2 > x1 && y2 > y1);
        }
      }),
    );
  });

  test('has in the path what the own car would touch', () => {
    // half of 1.8 m and half of 1.75 m: 1.775 m from middle to middle
    for (const [lateral, inPath] of [
      [0, true],
      [1.7, true],
      [-1.7, true],
      [1.85, false],
      [-3.5, false],
    ] as const)
      assert.equal(truthAt(ahead(20, 20, 20, lateral), 0).actors[0]!.inPath, inPath, `${lateral} m`);
  });

  test('keeps the car ahead in the path on a bend, though it is seen aside', () => {
    const bend: Scenario = { ...ahead(40, 20, 20), curvature: steady(0.004) };
    const [car] = truthAt(bend, 30).actors;
    // 40 m ahead on a radius of 250 m: 40 * 40 / 2 / 250
    assert.ok(Math.abs(car!.lateralMeters - 3.2) < 0.01);
    assert.equal(car!.inPath, true);
  });

  test('tells how much of a car is behind a nearer one', () => {
    const { actors, ...rest } = ahead(20, 20, 20);
    const [near] = actors;
    const far = { ...near!, actorId: 'far', startMeters: 60 };
    const aside = { ...near!, actorId: 'aside', startMeters: 60, lateralMeters: steady(-10) };
    const covered = Object.fromEntries(
      truthAt({ ...rest, actors: [near!, far, aside] }, 0).actors.map((actor) => [actor.actorId, actor.occludedFraction]),
    );
    assert.equal(covered.car, 0);
    assert.equal(covered.aside, 0);
    assert.ok(covered.far! > 0.95);
  });
});
