import type { LimitReading } from './sighting.ts';

/** What a recogniser takes digits for in a sign's bold numerals, seen in drawn and compressed pictures. */
const digits: Readonly<Record<string, string>> = {
  O: '0',
  o: '0',
  D: '0',
  Q: '0',
  I: '1',
  l: '1',
  '|': '1',
  Z: '2',
  S: '5',
  s: '5',
  B: '8',
};
/** Below it a line was guessed: PaddleOCR's own drop_score. */
const leastConfidence = 0.5;
/** The highest limit on a sign in the EU (Poland and Bulgaria). */
const mostKmh = 140;

/** By the classes of GTSRB (Stallkamp et al. 2012); 6 is the end of 80. Others it has never seen, and must call something else. */
const classLimits: readonly (number | null)[] = [20, 30, 50, 60, 70, 80, null, 100, 120];
/** Below it the classifier has no word. */
const leastProbability = 0.7;
/** What its word for the same value adds, and what is left of a reading after its word for another one. */
const agreed = 0.3;
const disputed = 0.5;

/**
 * What is read on a sign. The recogniser reads; the classifier, where there is one, agrees or not, but never speaks alone: it calls every
 * 40 a 60 and every 130 a 100.
 * @param text By the recogniser. @param confidence Its own, 0..1.
 * @param classes Probabilities of GTSRB's 43 classes.
 * @returns Null for what is on no sign of a limit.
 */
export function limitOf(text: string, confidence: number, classes?: Float32Array): LimitReading | null {
  const kmh = confidence < leastConfidence ? undefined : limitOfText(text);
  if (kmh === undefined) return null;
  const best = classes ? classes.indexOf(Math.max(...classes)) : -1;
  const hasWord = classLimits.includes(kmh) && (classes?.[best] ?? 0) >= leastProbability;
  if (!hasWord) return { kmh, weight: confidence };
  return { kmh, weight: classLimits[best] === kmh ? confidence + agreed : confidence * disputed };
}

/** @returns Undefined where no sign of a limit says so. */
function limitOfText(text: string): number | undefined {
  const number = [...text.replaceAll(/[\s.,·'-]/gu, '')].map((character) => digits[character] ?? character).join('');
  if (!/^[1-9]\d{0,2}$/.test(number)) return undefined;
  const kmh = Number(number);
  const isUsual = kmh % 10 === 0 || kmh === 5 || kmh === 15 || kmh === 25;
  return isUsual && kmh <= mostKmh ? kmh : undefined;
}
