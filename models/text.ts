import { findModel } from './manifest.ts';
import { type ModelOptions, type Network, type NetworkOptions, openNetwork } from './network.ts';
import { readModelFiles } from './store.ts';

/** Rows of a line of text as its models take it. */
export const lineHeight = 48;

/** A line of text cut out of a picture: RGB, interleaved, `lineHeight` rows; text reads from left to right. */
export interface LineImage {
  readonly rgb: Uint8Array;
  /** Pixels. */
  readonly width: number;
}

/** What was read of a line, step by step along it. */
export interface LineSteps {
  /** The likeliest class and the next one, [steps, 2]. */
  readonly classes: Float32Array;
  /** Of these two, 0..1, [steps, 2]. */
  readonly probabilities: Float32Array;
  /** Of white space, 0..1, [steps]. */
  readonly blanks: Float32Array;
  readonly inferenceMs: number;
}

/** Reads single lines of text. */
export interface LineReader {
  /** SHA-256 of the model, first 16 hex digits. */
  readonly hash: string;
  /** By the classes of `read`; the first stands for none. */
  readonly characters: readonly string[];
  /** @throws INFERENCE_STUCK, INFERENCE_FAILED */
  read(line: LineImage): Promise<LineSteps>;
  close(): Promise<void>;
}

/** PP-OCR: finds lines of text, tells which are upside down, and reads them. Runs behind everything else on the machine. */
export interface TextModels {
  /** SHA-256 over all three, first 16 hex digits. */
  readonly hash: string;
  readonly modelSet: string;
  /** By the classes of `read`; the first stands for none. */
  readonly characters: readonly string[];
  /**
   * @param rgb Interleaved, [height, width, 3].
   * @param width Pixels, divisible by 32, as is `height`.
   * @returns The probability of text in each pixel, 0..1, [height, width].
   * @throws INFERENCE_STUCK, INFERENCE_FAILED, as do the others.
   */
  find(rgb: Uint8Array, width: number, height: number): Promise<{ readonly probabilities: Float32Array; readonly inferenceMs: number }>;
  /** @returns The probability that the line stands on its head, 0..1. */
  turned(line: LineImage): Promise<{ readonly probability: number; readonly inferenceMs: number }>;
  read(line: LineImage): Promise<LineSteps>;
  close(): Promise<void>;
}

/** Milliseconds: nobody waits for text, and on a busy machine it gets what the others leave. */
const deadlineMs = 20_000;
/** Width of a line that the angle model takes. */
const angleWidth = 192;
/** Lines are widened to at least this, with grey, and to multiples of `widthStep`, so that onnxruntime meets few shapes. */
const leastReadWidth = 160;
const widthStep = 32;

/**
 * The recogniser alone, in a thread of its own that nobody's pages hold up: for what is read while it is driven past.
 * @throws MODEL_MISSING, MODEL_CORRUPT, DEVICE_UNAVAILABLE
 */
export async function openLineReader(options: ModelOptions): Promise<LineReader> {
  const recogniser = await openNetwork({ ...options, name: 'ocr-recogniser' });
  return {
    hash: recogniser.hash,
    characters: await charactersOf(options),
    read: (line) => readLine(recogniser, line),
    close: () => recogniser.close(),
  };
}

/** @throws MODEL_MISSING, MODEL_CORRUPT, DEVICE_UNAVAILABLE */
export async function openTextModels(options: ModelOptions): Promise<TextModels> {
  const open = (name: NetworkOptions['name']) => openNetwork({ ...options, name, deadlineMs, isBackground: true });
  const [detector, angle, recogniser] = await openAll([open('ocr-detector'), open('ocr-angle'), open('ocr-recogniser')]);
  const hash = `${detector!.hash.slice(0, 5)}${angle!.hash.slice(0, 5)}${recogniser!.hash.slice(0, 6)}`;
  return {
    hash,
    modelSet: `pp-ocr:${hash}`,
    characters: await charactersOf(options),
    async find(rgb, width, height) {
      const { outputs, inferenceMs } = await detector!.run({ picture: { data: rgb, shape: [1, height, width, 3] } });
      return { probabilities: outputs.text!.data, inferenceMs };
    },
    async turned(line) {
      const data = planes(line, angleWidth);
      const { outputs, inferenceMs } = await angle!.run({ x: { data, shape: [1, 3, lineHeight, angleWidth] } });
      return { probability: Object.values(outputs)[0]!.data[1]!, inferenceMs };
    },
    read: (line) => readLine(recogniser!, line),
    async close() {
      await Promise.all([detector!, angle!, recogniser!].map((network) => network.close()));
    },
  };
}

async function charactersOf(options: ModelOptions): Promise<readonly string[]> {
  const [, keys] = await readModelFiles(findModel('ocr-recogniser'), options);
  return ['', ...keys!.toString('utf8').split('\n'), ' '];
}

async function readLine(recogniser: Network, line: LineImage): Promise<LineSteps> {
  const width = Math.max(leastReadWidth, widthStep * Math.ceil(line.width / widthStep));
  const data = planes(line, width);
  const { outputs, inferenceMs } = await recogniser.run({ x: { data, shape: [1, 3, lineHeight, width] } });
  return { classes: outputs.classes!.data, probabilities: outputs.probabilities!.data, blanks: outputs.blanks!.data, inferenceMs };
}

/** All or none. */
async function openAll(opening: readonly Promise<Network>[]): Promise<Network[]> {
  const opened = await Promise.allSettled(opening);
  const networks = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const refused = opened.find((result) => result.status === 'rejected');
  if (!refused) return networks;
  await Promise.all(networks.map((network) => network.close()));
  throw refused.reason;
}

/**
 * @returns float32 [3, lineHeight, width], blue first, -1..1; what is wider is cut off, what is narrower filled up with 0.
 * Source: resize_norm_img of PaddleOCR's recogniser and angle classifier.
 */
function planes({ rgb, width: given }: LineImage, width: number): Float32Array {
  const values = new Float32Array(3 * lineHeight * width);
  const columns = Math.min(given, width);
  for (let plane = 0; plane < 3; plane++) {
    for (let row = 0; row < lineHeight; row++) {
      let from = row * given * 3 + 2 - plane;
      let to = (plane * lineHeight + row) * width;
      for (let column = 0; column < columns; column++, from += 3) values[to++] = rgb[from]! / 127.5 - 1;
    }
  }
  return values;
}
