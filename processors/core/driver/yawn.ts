/**
 * Mouth aspect ratio of a yawn: 0.46 to 0.77 on photographs of yawns, of which one is half covered by a hand; drawn mouths that are half
 * open measure 0.5. Speech stays below 0.3 for most of the time.
 */
const yawnAspect = 0.45;
/** Below this it is over. */
const shutAspect = 0.35;
/** Seconds of a wide mouth that are a yawn: a yawn lasts about 6 s (Barbizet 1958), a syllable 0.3. */
export const yawnSeconds = 1.5;

/** Whether the mouth is open as wide as in a yawn. */
export function isMouthWide(mouthAspect: number, wasWide: boolean): boolean {
  return mouthAspect > (wasWide ? shutAspect : yawnAspect);
}

/** Seconds for which a yawn is remembered. */
const memorySeconds = 300;

/** @returns Those of the last five minutes. */
export function recentYawns(yawnsSeconds: readonly number[], nowSeconds: number): readonly number[] {
  return yawnsSeconds.filter((at) => nowSeconds - at < memorySeconds);
}
