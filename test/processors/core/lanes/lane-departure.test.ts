import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DrivenVehicle, noLaneDeparture, stepLaneDeparture } from '../../../../processors/core/lanes/lane-departure.ts';
import { halfCarMeters } from '../../../../processors/core/lanes/lane-reading.ts';
import type { Alert, Lanes } from '../../../../schemas/messages.ts';

const origin = { streamId: 'front', vehicleId: 'van', modelSet: 'f00d' };
const settings = { leastSpeedKmh: 60, hourlyBudget: 12 };
const framesPerSecond = 15;
const unknown: DrivenVehicle = { speedMps: null, indicator: null };
/** Half a lane of 3.5 m to the middle of a line of 0.14 m, less half the line and half the car. */
const freeMeters = 1.75 - 0.07 - halfCarMeters;

/** A lane of 3.5 m around a camera. */
function lanesAt(offsetMeters: number, offsetRateMps: number, confidence = 1): Lanes {
  const line = (side: 'left' | 'right', meters: number) =>
    ({ side, type: 'solid', pointsPx: [], coefficients: [meters, 0, 0], confidence }) as const;
  return {
    lines: [line('left', -1.75 - offsetMeters), line('right', 1.75 - offsetMeters)],
    offsetMeters,
    offsetRateMps,
    widthMeters: 3.5,
    curvaturePerMeter: 0,
    crossingSeconds: null,
    confidence,
  };
}

interface Drift {
  readonly rateMps: number;
  readonly vehicle?: DrivenVehicle;
  readonly confidence?: number;
  /** In the middle of the lane before it begins. */
  readonly calmSeconds?: number;
}

/** Five seconds in the middle unless told otherwise, then a steady drift through the next lane. @returns What was raised, and where the wheel was then. */
function drift({ rateMps, vehicle = unknown, confidence, calmSeconds = 5 }: Drift): { alert: Alert; wheelMeters: number }[] {
  let watch = noLaneDeparture;
  const raised: { alert: Alert; wheelMeters: number }[] = [];
  let lanesCrossed = 0;
  const frames = Math.ceil((calmSeconds + 3.4 / Math.abs(rateMps)) * framesPerSecond);
  for (let index = 0; index < frames; index++) {
    const clockSeconds = index / framesPerSecond;
    const moved = Math.max(0, clockSeconds - calmSeconds) * rateMps;
    const crossings = Math.trunc((moved + Math.sign(rateMps) * 1.6) / 3.5);
    const crossed = crossings === lanesCrossed ? null : rateMps > 0 ? 'right' : 'left';
    lanesCrossed = crossings;
    const offsetMeters = moved - 3.5 * crossings;
    const frame = {
      epoch: 1,
      sequence: index,
      rtpTimestamp: index,
      capturedAtUs: clockSeconds * 1e6,
      vehicle,
      seconds: 1 / framesPerSecond,
    };
    const lanes = lanesAt(offsetMeters, clockSeconds < calmSeconds ? 0 : rateMps, confidence);
    const step = stepLaneDeparture(watch, settings, origin, frame, clockSeconds, lanes, crossed);
    watch = step.watch;
    for (const alert of step.alerts) if (alert.state === 'raised') raised.push({ alert, wheelMeters: freeMeters - Math.abs(offsetMeters) });
  }
  return raised;
}

test('warns once, within the zone of ISO 17361, at every rate of drift and to either side', () => {
  for (const rateMps of [0.1, 0.2, 0.4, 0.6, 0.8, -0.1, -0.3, -0.5, -0.8]) {
    const raised = drift({ rateMps });
    assert.equal(raised.length, 1, `${rateMps} m/s: ${raised.length} warnings`);
    const { alert, wheelMeters } = raised[0]!;
    assert.ok(wheelMeters <= 0.75 && wheelMeters >= -0.3, `${rateMps} m/s: ${wheelMeters} m before the line`);
    assert.equal(alert.type, 'lane-departure');
    assert.match(alert.message, rateMps < 0 ? /the left line/ : /the right line/);
  }
});

test('stays silent where the driver means it, drives slowly, or the lines are doubtful', () => {
  const table: { why: string; drift: Drift }[] = [
    { why: 'the indicator is on', drift: { rateMps: 0.5, vehicle: { speedMps: 25, indicator: 'right' } } },
    { why: 'a quick change of lanes', drift: { rateMps: 1.2 } },
    { why: 'below 60 km/h', drift: { rateMps: 0.4, vehicle: { speedMps: 16, indicator: 'off' } } },
    { why: 'the lane has only just been found', drift: { rateMps: 0.8, calmSeconds: 1 } },
    { why: 'hardly any line', drift: { rateMps: 0.4, confidence: 0.4 } },
  ];
  for (const { why, drift: given } of table) assert.deepEqual(drift(given), [], why);
});

test('warns at 60 km/h and above', () => {
  assert.equal(drift({ rateMps: 0.4, vehicle: { speedMps: 16.7, indicator: 'off' } }).length, 1);
});
