import type { Doubt } from './ctc.ts';

/** Letters and digits of the plates there are: from `B A 12` to `MTK AB 1234`. */
const fewestCharacters = 4;
const mostCharacters = 9;
/** Longer groups of letters are words, longer groups of digits are telephone numbers and prices. */
const longestLetters = 3;
const longestDigits = 5;
/** Groups of letters and of digits, a separator beginning a new one: `AB-12-CD-3` has four. */
const mostGroups = 4;
const fewestDigits = 2;

/** What stands or is read between the groups: blanks, hyphens, points and seals. */
const separators = /[\s\-–—.·•:_]+/u;

/**
 * Whether a text has the form of a licence plate: capital Latin letters and Arabic numerals, both of them, in few short groups.
 * It cannot tell a plate from whatever else is written like one, such as a bus line.
 * Source: Vienna Convention on Road Traffic (1968), Annex 2: a registration number is made of numerals, or of numerals and letters, in
 * capital Latin characters and Arabic numerals. Plates of numerals alone are left out, since most numbers are not plates.
 */
export function isPlate(text: string): boolean {
  const parts = text.split(separators).filter((part) => part !== '');
  if (!parts.every((part) => /^[A-Z0-9]+$/.test(part))) return false;
  const groups = parts.flatMap((part) => part.match(/[A-Z]+|[0-9]+/g) ?? []);
  const letters = groups.filter((group) => /^[A-Z]/.test(group));
  const digits = groups.filter((group) => /^[0-9]/.test(group));
  const count = groups.join('').length;
  return (
    letters.length > 0 &&
    digits.join('').length >= fewestDigits &&
    groups.length <= mostGroups &&
    letters.every((group) => group.length <= longestLetters) &&
    digits.every((group) => group.length <= longestDigits) &&
    count >= fewestCharacters &&
    count <= mostCharacters
  );
}

/** How plates are written where that is certain enough to tell a letter from a digit by its place. */
const nationalForms = [
  /^[A-Z]{1,3} [A-Z]{1,2} \d{1,4}[EH]?$/, // Germany: FZV, section 9
  /^[A-Z]{2}[ -]\d{3}[ -][A-Z]{2}$/, // France (since 2009), Italy (since 1994)
  /^\d{4} [A-Z]{3}$/, // Spain (since 2000)
  /^[A-Z]{2}\d{2} [A-Z]{3}$/, // Great Britain (since 2001)
  /^[A-Z]{3} \d{2}[A-Z\d]$/, // Sweden
  /^(?:[A-Z]{2}-\d{3}-[A-Z]|[A-Z]-\d{3}-[A-Z]{2}|\d{2}-[A-Z]{3}-\d|\d-[A-Z]{3}-\d{2})$/, // the Netherlands: sidecodes 7 to 10
  /^[A-Z]{2,3} \d{4,5}$/, // Poland
  /^\d-[A-Z]{3}-\d{3}$/, // Belgium (since 2010)
  /^\d[A-Z]{3}\d{3}$/, // California
] as const;
/** Of a text with more doubts there is nothing to be made. */
const mostDoubts = 4;

/**
 * Settles doubts, such as that between O and 0, by the form of a plate.
 * @returns The text with as few characters as possible replaced by what they may be, so that it has a country's form; the text itself
 * where it already has, or where none or several such replacements give one.
 */
export function inPlateForm(text: string, doubts: readonly Doubt[]): string {
  if (doubts.length > mostDoubts) return text;
  let candidates = [{ text, changes: 0 }];
  for (const { index, other } of doubts)
    candidates = candidates.flatMap(({ text: given, changes }) => [
      { text: given, changes },
      { text: given.slice(0, index) + other + given.slice(index + other.length), changes: changes + 1 },
    ]);
  const fitting = candidates.filter((candidate) => nationalForms.some((form) => form.test(candidate.text)));
  const fewest = Math.min(...fitting.map(({ changes }) => changes));
  const [best, ...more] = fitting.filter(({ changes }) => changes === fewest);
  return best && more.length === 0 ? best.text : text;
}
