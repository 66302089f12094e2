import type { Box } from '../../schemas/messages.ts';
import type { Detection } from '../detector.ts';

/** What a head needs to know of the model to read its outputs. */
export interface HeadInput {
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Name of each class channel; null where nobody wants to know. */
  readonly classes: readonly (string | null)[];
}

/** How a family of models wants its input and how its outputs are read. */
export interface Head {
  readonly fit: 'stretch' | 'letterbox';
  readonly padding: number;
  /** Shape of each output for one input, without the batch. */
  outputShapes(input: HeadInput): Readonly<Record<string, readonly number[]>>;
  /** @param outputs One input's, by name, in the shapes above. */
  decode(outputs: Readonly<Record<string, Float32Array>>, input: HeadInput): Detection[];
}

/** Weaker scores are noise. Source: the lower threshold of ByteTrack (Zhang et al. 2022), which matches boxes from 0.1 up. */
export const minimumScore = 0.1;

/** Cuts a box at the input's borders. @returns undefined when nothing of it is left, or when it is no box. */
export function clip([left, upper, right, lower]: Box, { inputWidth, inputHeight }: HeadInput): Box | undefined {
  const box: Box = [Math.max(0, left), Math.max(0, upper), Math.min(inputWidth, right), Math.min(inputHeight, lower)];
  return box[2] > box[0] && box[3] > box[1] ? box : undefined;
}
