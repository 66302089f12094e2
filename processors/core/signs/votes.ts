import { type SignSighting, widthOf } from './sighting.ts';

/** What has been read on a sign, by value: km/h, or the lamp that is lit. Plain JSON. */
export type Votes = Readonly<Record<string, number>>;

export const noVotes: Votes = {};

/** What a value must have to be believed while the sign is still there: two good readings. */
const leastVotes = 1.4;
/** Once it is passed: one good reading. */
const leastPassedVotes = 0.8;
/** Times the votes of the next best: a sign that is read now so, now otherwise is not believed. */
const leastLead = 2.5;
/** Pixels: smaller signs' readings count less, as many times as they are smaller. Digits are 12 px high then. */
const clearWidthPx = 24;
/** Seconds in which a light's votes fade to a third; what it shows changes. */
const lampSeconds = 0.5;
/** What a lamp must have: lit alike in three of the newest frames at 15 frames/s. */
const leastLampVotes = 2.5;

/** @param seconds Since the frame before. */
export function addVotes(before: Votes, { look, lamp, reading, boxPx }: SignSighting, seconds: number): Votes {
  const votes: Record<string, number> = {};
  const kept = look === 'light' ? Math.exp(-seconds / lampSeconds) : 1;
  for (const [value, weight] of Object.entries(before)) votes[value] = weight * kept;
  if (lamp) votes[lamp] = (votes[lamp] ?? 0) + 1;
  const clear = Math.min(1, widthOf(boxPx) / clearWidthPx);
  if (reading) votes[reading.kmh] = (votes[reading.kmh] ?? 0) + reading.weight * clear;
  return votes;
}

/** @returns The value with the most votes; null where there are none. */
export function likeliest(votes: Votes): string | null {
  return Object.entries(votes).reduce<readonly [string | null, number]>((best, vote) => (vote[1] > best[1] ? vote : best), [null, 0])[0];
}

/** Whether a limit is believed. @param isPassed Then nothing more will be read on it. */
export function isLimitSure(votes: Votes, isPassed: boolean): boolean {
  const [first = 0, second = 0] = Object.values(votes).sort((a, b) => b - a);
  return first >= (isPassed ? leastPassedVotes : leastVotes) && first >= leastLead * second;
}

/** Whether a light's colour is believed. @param seconds Since the frame before: rarer frames count more. */
export function isLampSure(votes: Votes, seconds: number): boolean {
  const [first = 0, second = 0] = Object.values(votes).sort((a, b) => b - a);
  // At most so much comes together of one vote a frame; on rare frames one is all there is.
  const most = 1 / (1 - Math.exp(-seconds / lampSeconds));
  return first >= Math.min(leastLampVotes, 0.8 * most) && first > 1.5 * second;
}
