import { randomFrom } from '../drawing/noise.ts';
import { type PageText, textStyles } from './page-scenario.ts';

/** What stands on signs and boards beside roads; with small and capital letters, digits, and signs between them. */
const words = [
  'PARKING',
  'Loading zone',
  'Exit 14',
  'Bridgewater',
  'NO ENTRY',
  'Departures',
  'Gate 27',
  'Fuel 1.72',
  'Max. 3.5 t',
  'Open 7-19',
  'DETOUR',
  'Market Street',
  'Level 2',
  'Weigh station',
  'Toll 4.50',
  'Warehouse 9',
  'Delivery only',
  'Hamburg 128 km',
  'Keep right',
  'Ferry terminal',
] as const;

/** Letters of plates: those of the Vienna Convention's Latin capitals that no country leaves out for looking like a digit. */
const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ';
/** L a letter, D a digit; the forms of Germany, Italy, Spain, Britain, Sweden, the Netherlands, Poland, California. */
const plateForms = ['L LL DDDD', 'LL DDD LL', 'DDDD LLL', 'LLDD LLL', 'LLL DDD', 'LL-DDD-L', 'LL DDDDD', 'DLLLDDD'] as const;

/**
 * Different texts and plates, half of each; the same seed gives the same ones.
 * @param heightsPx The least and the greatest height.
 */
export function randomTexts(seed: number, count: number, heightsPx: readonly [number, number]): PageText[] {
  const random = randomFrom(seed);
  const pick = <T>(all: ArrayLike<T>): T => all[Math.floor(random() * all.length)]!;
  const texts = new Map<string, PageText>();
  while (texts.size < count) {
    const isPlate = texts.size % 2 === 1;
    const word = pick(words);
    const text = isPlate
      ? pick(plateForms).replace(/[LD]/g, (kind) => pick(kind === 'L' ? letters : '0123456789'))
      : // There are only so many words.
        `${word}${texts.has(word) ? ` ${Math.floor(random() * 1000)}` : ''}`;
    // The greater share is small: what is hard is to be tried more often.
    const heightPx = Math.round(heightsPx[0] + (heightsPx[1] - heightsPx[0]) * random() ** 2);
    const angleDegrees = Math.round((random() - 0.5) * 2 * steepestDegrees);
    const style = isPlate ? 'plate' : pick(textStyles.slice(0, -1));
    if (!texts.has(text)) texts.set(text, { text, style, heightPx, angleDegrees });
  }
  return [...texts.values()];
}

/** A board that hangs askew, a plate on a vehicle that turns. */
const steepestDegrees = 12;
