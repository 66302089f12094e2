import type { Alert, Box, Sign } from '../../../schemas/messages.ts';
import type { SpeedingSettings } from '../../../schemas/speeding.ts';
import type { AlertFrame, AlertOrigin } from '../alert-watch.ts';
import { expectSign, type FollowedSign, followSigns, matchSigns } from './follow.ts';
import { noOverSpeed, type OverSpeedWatch, overSpeedType, stepOverSpeed } from './over-speed.ts';
import { type SignSighting, widthOf } from './sighting.ts';
import { isLampSure, isLimitSure, likeliest } from './votes.ts';

/** What is known of signs. Plain JSON, never changed in place. */
export interface SignsState {
  readonly signs: readonly FollowedSign[];
  readonly nextSignId: number;
  /** Km/h of the last sign that was passed and believed; null where there is none, or it has ended. */
  readonly limitKmh: number | null;
  readonly overSpeed: OverSpeedWatch;
}

export const noSigns: SignsState = { signs: [], nextSignId: 1, limitKmh: null, overSpeed: noOverSpeed };

export interface SignsFrame extends AlertFrame {
  readonly sightings: readonly SignSighting[];
  /** Of the vehicle; null where it tells none. */
  readonly speedMps: number | null;
  /** Pixels. */
  readonly width: number;
  /** Since the frame before: bounded, and not. */
  readonly seconds: number;
  readonly elapsedSeconds: number;
  /** Whether nothing of the frame before can be found again. */
  readonly isCut: boolean;
}

/** Pixels: nobody reads smaller ones. */
const leastReadPx = 16;
/** Seconds between two readings of a sign; one that nobody could read so often is asked less. */
const readEverySeconds = 0.12;
const mostVainReadings = 6;
const vainEverySeconds = 1;
/** Readings of one frame, the widest first: each takes about as long as a look of the detector. */
const mostReadings = 2;
/** Frames in which a stop sign or the end of a limit must have been seen. */
const leastSeenFrames = 3;
/** Frames in which the end of a limit must have been seen to be looked for where it should be: leaves pass for one in a single one. */
const leastFollowedFrames = 2;
/** What we drive past grows; what does not is on the back of a lorry. Of the width when it was seen first. */
const leastGrowth = 1.3;
/** What was seen last so near the picture's border was driven past, too. Of its width. */
const borderWidths = 1.5;
/** Seconds without pictures after which the limit is of another road. */
const mostHeldGapSeconds = 60;

/**
 * Where ends of limits that have been seen should be now.
 * @param seconds Since the frame before.
 * @returns Pixels; undefined where none is to be looked for, since there is no limit.
 */
export function expectedEnds({ signs, limitKmh }: SignsState, seconds: number): Box[] | undefined {
  if (limitKmh === null) return undefined;
  return signs
    .filter(({ look, seenFrames }) => look === 'end-of-limit' && seenFrames >= leastFollowedFrames)
    .map((sign) => expectSign(sign, sign.unseenSeconds + seconds));
}

/**
 * Which of a frame's sightings should be read, by their index.
 * @param seconds Since the frame before.
 */
export function signsToRead(state: SignsState, sightings: readonly SignSighting[], capturedAtUs: number, seconds: number): number[] {
  const known = matchSigns(state.signs, sightings, seconds);
  return sightings
    .flatMap((sighting, index) => (isWorthReading(sighting, known[index], capturedAtUs) ? [index] : []))
    .sort((a, b) => widthOf(sightings[b]!.boxPx) - widthOf(sightings[a]!.boxPx))
    .slice(0, mostReadings);
}

function isWorthReading({ look, boxPx }: SignSighting, known: FollowedSign | undefined, capturedAtUs: number): boolean {
  if (look !== 'limit' || widthOf(boxPx) < leastReadPx || !known) return false;
  if (known.readAtUs === null) return true;
  const isVain = known.readCount >= mostVainReadings && likeliest(known.votes) === null;
  // One that is believed already is read on, more rarely, since from nearer it may turn out otherwise.
  const everySeconds = isVain ? vainEverySeconds : isLimitSure(known.votes, false) ? 2 * readEverySeconds : readEverySeconds;
  return Math.abs(capturedAtUs - known.readAtUs) >= everySeconds * 1e6;
}

/** @param clockSeconds Any clock that does not go back. */
export function stepSigns(
  before: SignsState,
  settings: SpeedingSettings,
  origin: AlertOrigin,
  frame: SignsFrame,
  clockSeconds: number,
): { state: SignsState; signs: Sign[]; speedLimitKmh: number | null; degraded: string[]; alerts: Alert[] } {
  const { sightings, seconds, width } = frame;
  const { signs, lost, nextSignId } = followSigns(frame.isCut ? [] : before.signs, sightings, { ...frame, nextSignId: before.nextSignId });
  let limitKmh = frame.elapsedSeconds > mostHeldGapSeconds ? null : before.limitKmh;
  for (const sign of lost) {
    if (!isDrivenPast(sign, width)) continue;
    if (sign.look === 'limit' && isLimitSure(sign.votes, true)) limitKmh = Number(likeliest(sign.votes));
    if (sign.look === 'end-of-limit' && sign.seenFrames >= leastSeenFrames) limitKmh = null;
  }
  const { watch, alerts } = stepOverSpeed(before.overSpeed, settings, origin, frame, clockSeconds, limitKmh);
  return {
    state: { signs, nextSignId, limitKmh, overSpeed: watch },
    signs: signs.filter(({ unseenSeconds }) => unseenSeconds === 0).flatMap((sign) => describe(sign, seconds) ?? []),
    speedLimitKmh: limitKmh,
    degraded: watch.watch.alert.isBudgetSpent ? [`${overSpeedType}:hourly-budget-spent`] : [],
    alerts,
  };
}

function isDrivenPast({ boxPx, firstWidthPx }: FollowedSign, pictureWidth: number): boolean {
  const width = widthOf(boxPx);
  const [x1, y1, x2] = boxPx;
  return width >= leastGrowth * firstWidthPx || Math.min(x1, y1, pictureWidth - x2) < borderWidths * width;
}

const classes = { limit: 'speed-limit', stop: 'stop', light: 'traffic-light' } as const;

/** @returns Undefined for what has no place in a perception: red rings that nobody has read, and ends of limits. */
function describe({ signId, look, boxPx, score, votes, seenFrames }: FollowedSign, seconds: number): Sign | undefined {
  const value = likeliest(votes);
  if (look === 'end-of-limit' || (look === 'limit' && value === null)) return undefined;
  const isConfirmed =
    look === 'limit' ? isLimitSure(votes, false) : look === 'light' ? isLampSure(votes, seconds) : seenFrames >= leastSeenFrames;
  return { signId, class: classes[look], value, boxPx, score, isConfirmed };
}
