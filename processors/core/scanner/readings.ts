import { v5 as uuidV5 } from 'uuid';
import type { Perception, Reading } from '../../../schemas/messages.ts';
import type { ReadText } from './ctc.ts';
import { isPlate } from './plate.ts';
import { centreOf, distanceToBorder, heightOf, type Quadrilateral } from './quadrilateral.ts';
import { comparable, similarityOf } from './similarity.ts';

/** A line of text in one frame. */
export interface TextLine extends ReadText {
  /** In the picture's pixels. */
  readonly cornersPx: Quadrilateral;
}

interface Variant {
  readonly text: string;
  /** Sum of the confidences with which it was read. */
  readonly votes: number;
  /** The best of them. */
  readonly confidence: number;
}

/** A text that may be seen again. */
interface KnownReading {
  readonly readingId: string;
  readonly cornersPx: Quadrilateral;
  /** Of its middle; null until it has been seen twice. */
  readonly velocityPxps: readonly [number, number] | null;
  readonly firstSeenAtUs: number;
  readonly lastSeenAtUs: number;
  /** Whether it is all of a text; near the picture's border that is known only of what keeps its distance from it. */
  readonly isWhole: boolean;
  /** As it was read, the one with the most votes first. */
  readonly variants: readonly Variant[];
}

/** Plain JSON, never changed in place. */
export interface ReadingsState {
  readonly known: readonly KnownReading[];
}

export const nothingRead: ReadingsState = { known: [] };

export type ReadingFrame = Pick<Perception, 'streamId' | 'epoch' | 'sequence' | 'capturedAtUs' | 'width' | 'height'>;

/** Made once at random for this project; changing it changes every id. */
const idNamespace = '8b1c57f0-93d2-4f6e-a1c4-2d9e60b7f315';
/** Weaker lines are not text. Source: PaddleOCR's drop_score. */
const leastConfidence = 0.5;
/** Seconds after which a text that comes again is another one: a few frames of a scanner's one a second. */
const forgetSeconds = 5;
/** How far the same text may have moved in a second, as a part of the picture's diagonal. */
const exactReachPerSecond = 0.25;
/** How far a text that was read a little differently may lie from where it should be by now, in heights of its line: not as far as the next line. */
const alikeReachHeights = 1;
/** Texts less alike are different ones. One character in two of `50` tells two speed limits apart, two in a plate of seven are misread. */
const leastSimilarity = 0.6;
/** Nearer to the picture's border than this, in heights of its line, the rest of a text may be cut off. */
const borderHeights = 1;
/** What comes in over the border comes nearer or goes away by more than this between two frames, in heights of its line. */
const steadyHeights = 0.25;
/** Of a text read in ever new ways the oldest wrong ones are forgotten. */
const mostVariants = 8;

/**
 * Makes one reading of a text that is seen in many frames. What the picture's border cuts is left out: it would be a part of a text.
 * @returns The readings that are in this frame, each in its best form so far.
 */
export function stepReadings(
  state: ReadingsState,
  frame: ReadingFrame,
  lines: readonly TextLine[],
): { readonly state: ReadingsState; readonly readings: Reading[] } {
  const known = state.known.filter(({ lastSeenAtUs }) => frame.capturedAtUs - lastSeenAtUs <= forgetSeconds * 1e6);
  const whole = lines.filter(
    ({ text, confidence, cornersPx }) =>
      text !== '' && confidence >= leastConfidence && distanceToBorder(cornersPx, frame.width, frame.height) > 0,
  );
  const matches = matchLines(known, whole, frame);
  const seen = whole.map((line, index) => {
    const reading = matches.get(line);
    return reading ? seenAgain(reading, line, frame) : firstSeen(line, frame, index);
  });
  const matched = new Set(matches.values());
  return {
    state: { known: [...known.filter((reading) => !matched.has(reading)), ...seen] },
    readings: seen.filter(({ isWhole }) => isWhole).map(toReading),
  };
}

/** One to one: first texts that are the same, the nearest first; then those a little different, where they should be by now. */
function matchLines(known: readonly KnownReading[], lines: readonly TextLine[], frame: ReadingFrame): Map<TextLine, KnownReading> {
  const matches = new Map<TextLine, KnownReading>();
  const taken = new Set<KnownReading>();
  const take = (candidates: { line: TextLine; reading: KnownReading; cost: number }[]): void => {
    for (const { line, reading } of candidates.toSorted((a, b) => a.cost - b.cost)) {
      if (matches.has(line) || taken.has(reading)) continue;
      matches.set(line, reading);
      taken.add(reading);
    }
  };
  const pairs = lines.flatMap((line) => known.map((reading) => ({ line, reading, likeness: likenessOf(reading, line) })));
  const diagonal = Math.hypot(frame.width, frame.height);

  const same = pairs
    .filter(({ likeness }) => likeness === 1)
    .map((pair) => ({ ...pair, cost: distanceOf(pair.reading, pair.line, null, frame) }));
  take(same.filter(({ reading, cost }) => cost <= exactReachPerSecond * diagonal * Math.max(1, secondsSince(reading, frame))));

  const drift = medianVelocity([...matches].map(([line, reading]) => velocityOf(reading, line, frame)));
  const alike = pairs
    .filter(({ likeness }) => likeness >= leastSimilarity)
    .map((pair) => ({
      ...pair,
      cost: distanceOf(pair.reading, pair.line, pair.reading.velocityPxps ?? drift, frame) / heightOf(pair.line.cornersPx),
    }));
  take(alike.filter(({ cost }) => cost <= alikeReachHeights));
  return matches;
}

function likenessOf({ variants }: KnownReading, { text }: TextLine): number {
  return Math.max(...variants.map((variant) => similarityOf(comparable(variant.text), comparable(text))));
}

/** @returns Pixels from where it should be by now. */
function distanceOf(reading: KnownReading, line: TextLine, velocity: KnownReading['velocityPxps'], frame: ReadingFrame): number {
  const [from, to] = [centreOf(reading.cornersPx), centreOf(line.cornersPx)];
  const [velocityX, velocityY] = velocity ?? [0, 0];
  const seconds = secondsSince(reading, frame);
  return Math.hypot(to.x - from.x - velocityX * seconds, to.y - from.y - velocityY * seconds);
}

function velocityOf(reading: KnownReading, line: TextLine, frame: ReadingFrame): KnownReading['velocityPxps'] {
  const seconds = secondsSince(reading, frame);
  if (seconds <= 0) return reading.velocityPxps;
  const [from, to] = [centreOf(reading.cornersPx), centreOf(line.cornersPx)];
  return [(to.x - from.x) / seconds, (to.y - from.y) / seconds];
}

/** How the picture as a whole moves: that of the text in the middle of all. */
function medianVelocity(velocities: readonly KnownReading['velocityPxps'][]): KnownReading['velocityPxps'] {
  const known = velocities.filter((velocity) => velocity !== null);
  if (known.length === 0) return null;
  const middle = (axis: 0 | 1) => known.map((velocity) => velocity[axis]).toSorted((a, b) => a - b)[known.length >> 1]!;
  return [middle(0), middle(1)];
}

function secondsSince({ lastSeenAtUs }: KnownReading, { capturedAtUs }: ReadingFrame): number {
  return Math.max(0, capturedAtUs - lastSeenAtUs) / 1e6;
}

function firstSeen(line: TextLine, frame: ReadingFrame, index: number): KnownReading {
  const { text, confidence, cornersPx } = line;
  const { streamId, epoch, sequence, capturedAtUs } = frame;
  return {
    readingId: uuidV5(`${streamId}/${epoch}/${sequence}/${index}`, idNamespace),
    cornersPx,
    velocityPxps: null,
    firstSeenAtUs: capturedAtUs,
    lastSeenAtUs: capturedAtUs,
    isWhole: isAwayFromBorder(line, frame),
    variants: [{ text, votes: confidence, confidence }],
  };
}

function seenAgain(reading: KnownReading, line: TextLine, frame: ReadingFrame): KnownReading {
  const before = reading.variants.find(({ text }) => text === line.text);
  const voted: Variant = {
    text: line.text,
    votes: (before?.votes ?? 0) + line.confidence,
    confidence: Math.max(before?.confidence ?? 0, line.confidence),
  };
  const variants = [voted, ...reading.variants.filter((variant) => variant !== before)];
  return {
    ...reading,
    cornersPx: line.cornersPx,
    velocityPxps: velocityOf(reading, line, frame),
    lastSeenAtUs: frame.capturedAtUs,
    isWhole: reading.isWhole || isAwayFromBorder(line, frame) || keepsDistance(reading, line, frame),
    variants: variants.toSorted((a, b) => b.votes - a.votes).slice(0, mostVariants),
  };
}

function isAwayFromBorder({ cornersPx }: TextLine, { width, height }: ReadingFrame): boolean {
  return distanceToBorder(cornersPx, width, height) > borderHeights * heightOf(cornersPx);
}

function keepsDistance(reading: KnownReading, { cornersPx }: TextLine, { width, height }: ReadingFrame): boolean {
  const change = distanceToBorder(cornersPx, width, height) - distanceToBorder(reading.cornersPx, width, height);
  return Math.abs(change) < steadyHeights * heightOf(cornersPx);
}

function toReading({ readingId, cornersPx, firstSeenAtUs, lastSeenAtUs, variants }: KnownReading): Reading {
  const { text, confidence } = variants[0]!;
  return { readingId, text, isPlate: isPlate(text), cornersPx, confidence, firstSeenAtUs, lastSeenAtUs };
}
