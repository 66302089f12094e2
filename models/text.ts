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

/** Reads single lines of text. */
export interface LineReader {
  /** SHA-256 of the model, first 16 hex digits. */
  readonly hash: string;
  /** By the classes of `read`; the first is the blank between characters. */
  readonly characters: readonly string[];
  /** @returns The probability of each character, [steps, characters.length]. @throws INFERENCE_STUCK, INFERENCE_FAILED */
  read(line: LineImage): Promise<{ readonly probabilities: Float32Array; readonly inferenceMs: number }>;
  close(): Promise<void>;
}

/** PP-OCR: finds lines of text, tells which are upside down, and reads them. Runs behind everything else on the machine. */
export interface TextModels {
  /** SHA-256 over all three, first 16 hex digits. */
  readonly hash: string;
  readonly modelSet: string;
  /** By the classes of `read`; the first is the blank between characters. */
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
  /** @returns The probability of each character, [steps, characters.length]. */
  read(line: LineImage): Promise<{ readonly probabilities: Float32Array; readonly inferenceMs: number }>;
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
      const data = planes({ rgb, width }, height, width, imageNet);
      const { outputs, inferenceMs } = await detector!.run({ x: { data, shape: [1, 3, height, width] } });
      return { probabilities: Object.values(outputs)[0]!.data, inferenceMs };
    },
    async turned(line) {
      const data = planes(line, lineHeight, angleWidth, plusMinusOne);
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

async function readLine(recogniser: Network, line: LineImage): ReturnType<LineReader['read']> {
  const width = Math.max(leastReadWidth, widthStep * Math.ceil(line.width / widthStep));
  const data = planes(line, lineHeight, width, plusMinusOne);
  const { outputs, inferenceMs } = await recogniser.run({ x: { data, shape: [1, 3, lineHeight, width] } });
  return { probabilities: Object.values(outputs)[0]!.data, inferenceMs };
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

/** What a value of 0..255 becomes, by colour: blue, green, red. */
interface Normalisation {
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/**
 * The mean and deviation of ImageNet's red, green and blue, in this order for blue, green and red: PaddleOCR trained it so.
 * Source: NormalizeImage of PaddleOCR's ch_PP-OCRv4_det configuration.
 */
const imageNet: Normalisation = {
  scale: [1 / (255 * 0.229), 1 / (255 * 0.224), 1 / (255 * 0.225)],
  offset: [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
};

/** Source: resize_norm_img of PaddleOCR's recogniser and angle classifier. */
const plusMinusOne: Normalisation = { scale: [1 / 127.5, 1 / 127.5, 1 / 127.5], offset: [-1, -1, -1] };

/** @returns float32 [3, height, width], blue first; what is wider is cut off, what is narrower filled up with 0. */
function planes({ rgb, width: given }: LineImage, height: number, width: number, { scale, offset }: Normalisation): Float32Array {
  const values = new Float32Array(3 * height * width);
  const columns = Math.min(given, width);
  for (let plane = 0; plane < 3; plane++) {
    const [factor, shift] = [scale[plane]!, offset[plane]!];
    for (let row = 0; row < height; row++) {
      let from = row * given * 3 + 2 - plane;
      let to = (plane * height + row) * width;
      for (let column = 0; column < columns; column++, from += 3) values[to++] = rgb[from]! * factor + shift;
    }
  }
  return values;
}
