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
