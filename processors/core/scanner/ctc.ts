/** A line of text as it was read. */
export interface ReadText {
  readonly text: string;
  /** 0..1: mean probability of its characters other than blanks; 0 when nothing was read. */
  readonly confidence: number;
}

/** A character that may well be another one. */
export interface Doubt {
  /** UTF-16 units from the text's beginning. */
  readonly index: number;
  /** As many units as what stands there. */
  readonly other: string;
}

/**
 * How many blanks are expected between two characters (the sum of their probabilities over the steps between them) from which on there
 * is one. It is little, since recognisers learn from texts whose blanks are often left out. Tuned on pages of other seeds than those that
 * grade: it lies in the middle, by ratio, between the least of 640 blanks (0.29) and the most of 3669 gaps without one (0.008).
 */
const leastBlanks = 0.05;
/** A less likely other character is noise: on the same pages the right one had 0.04 and more where a 0 was taken for an O. */
const leastDoubt = 0.02;

/** What a recogniser says of a line, step by step along it. */
export interface TextSteps {
  /** The likeliest class and the next one, [steps, 2]. */
  readonly classes: Float32Array;
  /** Of these two, 0..1, [steps, 2]. */
  readonly probabilities: Float32Array;
  /** Of white space, 0..1, [steps]. */
  readonly blanks: Float32Array;
}

/**
 * Reads a line by its best path: the likeliest character of each step, repeats and steps without one left out; apart from blanks, which
 * are spread over several steps, so that they are seldom the likeliest of any.
 * @param characters By class; the first stands for none, and is never read. All kinds of white space are read as a blank.
 * Source: Graves et al., Connectionist Temporal Classification (2006), section 3.2.
 */
export function readBestPath(
  { classes, probabilities, blanks }: TextSteps,
  characters: readonly string[],
): ReadText & { readonly doubts: readonly Doubt[] } {
  const doubts: Doubt[] = [];
  let text = '';
  let sum = 0;
  let count = 0;
  let previous = '';
  let expectedBlanks = 0;
  for (const [step, blank] of blanks.entries()) {
    const [is, other] = [characters[classes[2 * step]!]!.trim(), characters[classes[2 * step + 1]!]!.trim()];
    if (is === '') expectedBlanks += blank;
    else {
      if (is !== previous) {
        if (text !== '' && expectedBlanks >= leastBlanks) text += ' ';
        if (probabilities[2 * step + 1]! >= leastDoubt && other.length === is.length) doubts.push({ index: text.length, other });
        text += is;
        sum += probabilities[2 * step]!;
        count++;
      }
      expectedBlanks = 0;
    }
    previous = is;
  }
  return { text, confidence: count === 0 ? 0 : sum / count, doubts };
}
