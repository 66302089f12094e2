import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { framesPerSecond } from '../../../ingest/simulator/scenario.ts';
import { roadScenarioNamed as scenarioNamed, roadScenarios as scenarios } from '../../../ingest/simulator/scenarios/index.ts';
import { type Truth, truthAt } from '../../../ingest/simulator/truth.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';

function drive(name: string): Truth[] {
  const scenario = scenarioNamed(name);
  return Array.from({ length: scenario.durationSeconds * framesPerSecond }, (_, frame) => truthAt(scenario, frame));
}
const inPath = (truth: Truth) => truth.actors.filter((actor) => actor.inPath);
const leastTtc = (truths: readonly Truth[]): number =>
  Math.min(...truths.flatMap((truth) => inPath(truth).map(({ ttcSeconds }) => ttcSeconds ?? Number.POSITIVE_INFINITY)));
const leastDistance = (truths: readonly Truth[]): number =>
  Math.min(...truths.flatMap((truth) => inPath(truth).map(({ distanceMeters }) => distanceMeters)));

describe('scenarios', () => {
  test('last a whole number of frames and have names of their own', () => {
    for (const { durationSeconds, name } of scenarios) assert.ok(Math.abs((durationSeconds * framesPerSecond) % 1) < 1e-9, name);
    assert.equal(new Set(scenarios.map(({ name }) => name)).size, scenarios.length);
  });

  test('car-to-car-braking becomes critical within 10 s without contact', () => {
    const truths = drive('car-to-car-braking');
    assert.ok(leastTtc(truths.slice(0, 10 * framesPerSecond)) < 1.6);
    // Camera to the own bumper is less than 2 m.
    assert.ok(leastDistance(truths) > 4);
  });

  test('car-to-car-braking is quiet outside the braking', () => {
    const truths = drive('car-to-car-braking');
    assert.ok(leastTtc(truths.slice(0, 3.5 * framesPerSecond)) > 10);
    assert.ok(leastTtc(truths.slice(8 * framesPerSecond)) > 10);
  });

  test('loops begin where they end: the car ahead does not jump', () => {
    for (const name of ['car-to-car-braking', 'car-following']) {
      const truths = drive(name);
      const [first, last] = [truths[0]!, truths.at(-1)!].map((truth) => inPath(truth)[0]!);
      assert.ok(
        Math.abs(first!.distanceMeters - last!.distanceMeters) < 0.3,
        `${name}: ${first!.distanceMeters} and ${last!.distanceMeters} m`,
      );
      assert.ok(Math.abs(first!.closingSpeedMps - last!.closingSpeedMps) < 0.3, name);
    }
  });

  test('car-following keeps the lead between 8 and 60 m, and uses all of it', () => {
    const distances = drive('car-following').map((truth) => inPath(truth)[0]!.distanceMeters);
    assert.ok(Math.min(...distances) >= 8 && Math.min(...distances) < 10);
    assert.ok(Math.max(...distances) <= 60 && Math.max(...distances) > 55);
  });

  test('car-to-car-stationary closes at 80 km/h on a car 120 m ahead, to about one second', () => {
    const truths = drive('car-to-car-stationary');
    const [target] = inPath(truths[0]!);
    assert.equal(target!.distanceMeters, 120);
    assert.ok(Math.abs(target!.closingSpeedMps * 3.6 - 80) < 1e-9);
    assert.ok(leastTtc(truths) > 0.95 && leastTtc(truths) < 1.1);
  });

  test('car-to-car-moving closes at 50 km/h, to about one second', () => {
    const truths = drive('car-to-car-moving');
    assert.ok(Math.abs(inPath(truths[0]!)[0]!.closingSpeedMps * 3.6 - 50) < 1e-9);
    assert.ok(leastTtc(truths) > 0.95 && leastTtc(truths) < 1.1);
  });

  test('cut-in and night-rain-drive become dangerous without contact', () => {
    for (const name of ['cut-in', 'night-rain-drive']) {
      const truths = drive(name);
      assert.ok(leastTtc(truths) < 2.1, `${name}: ${leastTtc(truths)} s`);
      assert.ok(leastDistance(truths) > 4, `${name}: ${leastDistance(truths)} m`);
    }
  });

  test('lane-drift crosses both lines without indicating, and changes lanes with it', () => {
    const crossings = drive('lane-drift').flatMap(({ lane, indicator }) =>
      lane.lines.filter(({ wheelMeters }) => wheelMeters < -0.3).map(({ side }) => `${side} ${indicator}`),
    );
    assert.deepEqual(new Set(crossings), new Set(['left off', 'right off', 'left left', 'right left', 'right right', 'left right']));
  });

  test('speed-limits passes every sign it names, and breaks the 50', () => {
    const truths = drive('speed-limits');
    const seen = new Set(truths.flatMap(({ signs }) => signs.map(({ class: kind, value }) => `${kind} ${value}`)));
    for (const sign of ['speed-limit 70', 'speed-limit 50', 'speed-limit 100', 'end-of-limit 50', 'stop null', 'traffic-light green'])
      assert.ok(seen.has(sign), sign);
    // The 50 stands at 280 m, its end at 590 m.
    const behind = truths.slice(16 * framesPerSecond, 25 * framesPerSecond);
    assert.ok(behind.every(({ egoSpeedMps }) => egoSpeedMps * 3.6 > 60));
  });

  test('quiet-drive has traffic but nothing within 8 s in the path', () => {
    const truths = drive('quiet-drive');
    assert.ok(leastTtc(truths) > 8);
    const seen = new Set(truths.flatMap((truth) => truth.actors.map(({ actorId }) => actorId)));
    assert.ok(seen.size >= 10);
    assert.ok(truths.some((truth) => truth.actors.some((actor) => actor.class === 'person')));
  });

  test('pedestrian-crossing has the person enter the path in front of the moving car, and the car stop', () => {
    const truths = drive('pedestrian-crossing');
    const inFront = truths.filter((truth) => truth.egoSpeedMps > 5 && inPath(truth).some((actor) => actor.class === 'person'));
    assert.ok(inFront.length > framesPerSecond / 2);
    assert.ok(leastDistance(truths) > 4);
    assert.ok(truths.some((truth) => truth.egoSpeedMps === 0));
  });

  test('an unknown name fails with all there are', () => {
    assert.throws(
      () => scenarioNamed('car-to-moon'),
      (error: RoadstreamError) => error.code === 'SCENARIO_UNKNOWN' && scenarios.every(({ name }) => error.message.includes(name)),
    );
  });
});
