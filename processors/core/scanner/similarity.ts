/** What is compared of a text: without blanks, and capitals as small letters, which a recogniser often confuses. */
export function comparable(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, '').toLowerCase();
}

/**
 * How alike two texts are.
 * @param a As `comparable` gives it, as is `b`.
 * @returns 0..1: 1 less the share of characters that must be changed, added or left out.
 * Source: Levenshtein, Binary codes capable of correcting deletions, insertions, and reversals (1966).
 */
export function similarityOf(a: string, b: string): number {
  const [from, to] = [[...a], [...b]];
  const longest = Math.max(from.length, to.length);
  if (longest === 0) return 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of from.entries()) {
    const next = [index + 1];
    for (const [column, other] of to.entries())
      next.push(Math.min(next[column]! + 1, row[column + 1]! + 1, row[column]! + (character === other ? 0 : 1)));
    row = next;
  }
  return 1 - row[to.length]! / longest;
}
