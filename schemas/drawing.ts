import type { Driver, Lanes, Perception, Severity } from './messages.ts';

// How a perception is drawn besides its boxes: the same on the page and in burned-in pictures.

/** soft: there, of no importance. */
export type Tone = 'soft' | 'calm' | Severity;

/** All in pixels of the perception's picture. */
export type Shape =
  | {
      readonly kind: 'line';
      /** x, y, x, y, … */
      readonly pointsPx: readonly number[];
      readonly tone: Tone;
      readonly isClosed: boolean;
      readonly isDashed: boolean;
      /** Whether what it encloses is tinted. */
      readonly isFilled: boolean;
      readonly isBold: boolean;
    }
  | { readonly kind: 'label'; readonly x: number; readonly y: number; readonly text: string; readonly tone: Tone };

/** A figure that stands beside the picture. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly tone: Tone;
}

/** Nearer to crossing its line than a driver needs to steer back (ISO 17361 warns at about that), seconds. */
const nearCrossingSeconds = 1;
/** Microsleep, and a glance that has become long (EU 2023/2590 warns at 3.5 s). */
const microsleepSeconds = 1;
const longGlanceSeconds = 2;
/** PERCLOS from which drivers count as tired, and as drowsy. */
const perclos = { caution: 0.1, warning: 0.2 };

const line = (pointsPx: readonly number[], tone: Tone, how: Partial<Extract<Shape, { kind: 'line' }>> = {}): Shape => ({
  kind: 'line',
  pointsPx,
  tone,
  isClosed: false,
  isDashed: false,
  isFilled: false,
  isBold: false,
  ...how,
});

/** What lies under the boxes: lane, signs, the driver's face, regions, text. The lowest first. */
export function shapesOf(perception: Perception): Shape[] {
  return [
    ...perception.regions.flatMap(({ regionId, polygonPx, occupancy }): Shape[] => [
      line(polygonPx, occupancy > 0 ? 'calm' : 'soft', { isClosed: true, isDashed: true, isFilled: true }),
      { kind: 'label', x: polygonPx[0] ?? 0, y: polygonPx[1] ?? 0, text: `${regionId}: ${occupancy}`, tone: 'soft' },
    ]),
    ...(perception.lanes ? laneShapes(perception.lanes) : []),
    ...perception.signs.flatMap(({ boxPx: [x1, y1, x2, y2], class: what, value, isConfirmed }): Shape[] => {
      const tone = isConfirmed ? 'calm' : 'soft';
      const text = what === 'speed-limit' ? `${value ?? '?'} km/h` : what === 'stop' ? 'stop' : `light ${value ?? '?'}`;
      return [line([x1, y1, x2, y1, x2, y2, x1, y2], tone, { isClosed: true }), { kind: 'label', x: x1, y: y1, text, tone }];
    }),
    ...(perception.driver?.contoursPx ?? []).map((contour) => line(contour, driverTone(perception.driver!))),
    ...perception.readings.flatMap(({ cornersPx, text, isPlate }): Shape[] => {
      const tone = isPlate ? 'caution' : 'calm';
      return [line(cornersPx, tone, { isClosed: true }), { kind: 'label', x: cornersPx[0] ?? 0, y: cornersPx[1] ?? 0, text, tone }];
    }),
  ];
}

function laneShapes({ lines, offsetMeters, crossingSeconds }: Lanes): Shape[] {
  const [left, right] = [lines.find(({ side }) => side === 'left'), lines.find(({ side }) => side === 'right')];
  const isNear = crossingSeconds !== null && crossingSeconds < nearCrossingSeconds;
  const nearSide = offsetMeters !== null && offsetMeters > 0 ? 'right' : 'left';
  const between = left && right ? [line([...left.pointsPx, ...backwards(right.pointsPx)], 'soft', { isClosed: true, isFilled: true })] : [];
  return [
    ...between,
    ...lines.map(({ side, type, pointsPx }) =>
      line(pointsPx, isNear && side === nearSide ? 'warning' : 'calm', { isDashed: type === 'dashed', isBold: true }),
    ),
  ];
}

function backwards(pointsPx: readonly number[]): number[] {
  const points: number[] = [];
  for (let at = pointsPx.length - 2; at >= 0; at -= 2) points.push(pointsPx[at]!, pointsPx[at + 1]!);
  return points;
}

function driverTone({ eyesClosedSeconds, lookingAwaySeconds }: Driver): Tone {
  if (eyesClosedSeconds >= microsleepSeconds) return 'critical';
  return lookingAwaySeconds >= longGlanceSeconds ? 'warning' : 'calm';
}

/** What stands beside the picture, the most telling first. */
export function factsOf(perception: Perception): Fact[] {
  const { egoSpeedMps, egoSpeedSigmaMps, speedLimitKmh, lanes, driver, regions, degraded } = perception;
  const facts: Fact[] = [];
  const tell = (name: string, value: string, tone: Tone = 'calm') => facts.push({ name, value, tone });
  const speedKmh = egoSpeedMps === null ? null : egoSpeedMps * 3.6;
  if (speedKmh !== null) {
    const sigmaKmh = (egoSpeedSigmaMps ?? 0) * 3.6;
    const isTooFast = speedLimitKmh !== null && speedKmh - sigmaKmh > speedLimitKmh;
    tell('Speed', `${egoSpeedSigmaMps === null ? '' : 'about '}${Math.round(speedKmh)} km/h`, isTooFast ? 'caution' : 'calm');
  }
  if (speedLimitKmh !== null) tell('Limit', `${Math.round(speedLimitKmh)} km/h`);
  if (lanes?.offsetMeters != null)
    tell('In lane', `${Math.abs(lanes.offsetMeters).toFixed(2)} m ${lanes.offsetMeters < 0 ? 'left' : 'right'}`);
  if (driver) facts.push(...driverFacts(driver));
  for (const { regionId, occupancy, entered, meanSpeedMps } of regions) {
    const count = Object.values(entered).reduce((sum, each) => sum + each, 0);
    const speed = meanSpeedMps === null ? '' : `, ${Math.round(meanSpeedMps * 3.6)} km/h`;
    tell(regionId, `${occupancy} now, ${count} entered${speed}`);
  }
  for (const what of degraded) {
    const [stage = what, reason = ''] = what.split(':');
    tell(stage, reason.replaceAll('-', ' '), 'caution');
  }
  return facts;
}

function driverFacts(driver: Driver): Fact[] {
  const { presence, isEyesClosed, eyesClosedSeconds, lookingAwaySeconds, isLookingAway, yawDegrees, pitchDegrees } = driver;
  if (presence !== 'present') return [{ name: 'Driver', value: presence === 'absent' ? 'not there' : 'not to be seen', tone: 'caution' }];
  const facts: Fact[] = [];
  const tell = (name: string, value: string, tone: Tone = 'calm') => facts.push({ name, value, tone });
  if (isEyesClosed !== null)
    tell(
      'Eyes',
      isEyesClosed ? `shut ${eyesClosedSeconds.toFixed(1)} s` : 'open',
      eyesClosedSeconds >= microsleepSeconds ? 'critical' : 'calm',
    );
  if (driver.perclos !== null)
    tell(
      'PERCLOS',
      `${Math.round(100 * driver.perclos)} %`,
      driver.perclos >= perclos.warning ? 'warning' : driver.perclos >= perclos.caution ? 'caution' : 'calm',
    );
  if (driver.blinksPerMinute !== null) tell('Blinks', `${Math.round(driver.blinksPerMinute)}/min`);
  if (yawDegrees !== null && pitchDegrees !== null)
    tell(
      'Head',
      `${Math.abs(Math.round(yawDegrees))}° ${yawDegrees < 0 ? 'left' : 'right'}, ${Math.abs(Math.round(pitchDegrees))}° ${pitchDegrees < 0 ? 'down' : 'up'}`,
    );
  if (isLookingAway)
    tell('Looks away', `${lookingAwaySeconds.toFixed(1)} s`, lookingAwaySeconds >= longGlanceSeconds ? 'warning' : 'caution');
  if (driver.isYawning) tell('Yawns', 'now', 'caution');
  if (driver.baseline === 'learning') tell('Baseline', 'learning', 'soft');
  return facts;
}
