/** A line of text as it was read. */
export interface ReadText {
  readonly text: string;
  /** 0..1: mean probability of its characters; 0 when nothing was read. */
  readonly confidence: number;
}

/**
 * Reads the output of a recogniser by its best path: the likeliest character of each step, repeats and blanks left out.
 * @param probabilities [steps, characters.length], each step's sum is 1.
 * @param characters By class; the first is the blank, and never read.
 * Source: Graves et al., Connectionist Temporal Classification (2006), section 3.2.
 */
export function readBestPath(probabilities: Float32Array, characters: readonly string[]): ReadText {
  const classes = characters.length;
  let text = '';
  let sum = 0;
  let count = 0;
  let previous = 0;
  for (let start = 0; start + classes <= probabilities.length; start += classes) {
    let best = 0;
    for (let index = 1; index < classes; index++) if (probabilities[start + index]! > probabilities[start + best]!) best = index;
    if (best !== 0 && best !== previous) {
      text += characters[best]!;
      sum += probabilities[start + best]!;
      count++;
    }
    previous = best;
  }
  return { text: text.trim(), confidence: count === 0 ? 0 : sum / count };
}
