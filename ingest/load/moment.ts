import { type LoadRequest, parseLoadAddress } from './address.ts';

/** A picture's place in the endless repetition of a drive. */
export interface LoadMoment {
  /** Which repetition; the same number never comes again, whoever plays it and however often it was interrupted. */
  readonly loop: number;
  /** Within the loop. */
  readonly frame: number;
  /** Of the scenario, from its beginning. */
  readonly timeSeconds: number;
}

/**
 * What a picture of a `load:` stream shows. The drive goes on with the wall clock whether or not somebody plays it, as the world in front
 * of a real camera does: what was missed is missed, and nothing happens twice.
 * @param capturedAtUs Of the picture's access unit.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID when the address is none of a `load:` stream.
 */
export function loadMomentAt(url: string, capturedAtUs: number): LoadMoment {
  const request = parseLoadAddress(url);
  return momentOf(request, Math.round(frameCountAt(request, capturedAtUs)));
}

/**
 * The loops of which every picture from `fromSeconds` to `toSeconds` is there, the scenario's whole by default.
 * @param units Access units of one stream, in any order.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID
 */
export function wholeLoops(
  url: string,
  units: Iterable<{ readonly capturedAtUs: number }>,
  { fromSeconds = 0, toSeconds = Number.POSITIVE_INFINITY } = {},
): Set<number> {
  const request = parseLoadAddress(url);
  const isWanted = ({ timeSeconds }: LoadMoment) => timeSeconds >= fromSeconds && timeSeconds <= toSeconds;
  const wanted = Array.from({ length: request.framesPerLoop }, (_, frame) => momentOf(request, frame)).filter(isWanted).length;
  const seen = new Map<number, Set<number>>();
  for (const { capturedAtUs } of units) {
    const moment = loadMomentAt(url, capturedAtUs);
    if (!isWanted(moment)) continue;
    const frames = seen.get(moment.loop) ?? new Set();
    seen.set(moment.loop, frames.add(moment.frame));
  }
  return new Set([...seen].filter(([, frames]) => frames.size === wanted).map(([loop]) => loop));
}

/** @param count Of pictures since 1970. */
export function momentOf({ framesPerLoop, framesPerSecond }: LoadRequest, count: number): LoadMoment {
  const frame = count % framesPerLoop;
  return { loop: Math.floor(count / framesPerLoop), frame, timeSeconds: frame / framesPerSecond };
}

/** @returns Pictures since 1970; not a whole number between two of them. */
export function frameCountAt({ framesPerSecond, phaseSeconds }: LoadRequest, atUs: number): number {
  return (atUs / 1e6 + phaseSeconds) * framesPerSecond;
}

/** @returns When the picture is taken, UTC µs. */
export function captureTimeUs({ framesPerSecond, phaseSeconds }: LoadRequest, count: number): number {
  return Math.round((count / framesPerSecond - phaseSeconds) * 1e6);
}
