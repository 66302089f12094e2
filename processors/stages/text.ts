import type { LineImage, TextModels } from '../../models/text.ts';
import { type ReadText, readBestPath } from '../core/scanner/ctc.ts';
import { inPlateForm } from '../core/scanner/plate.ts';
import { scaled, turned } from '../core/scanner/quadrilateral.ts';
import type { TextLine } from '../core/scanner/readings.ts';
import { type TextRegion, textRegions } from '../core/scanner/text-regions.ts';
import type { Picture } from './decoder.ts';
import { cutLine, type RgbPicture, turnedLine } from './line-cutter.ts';
import { pictureMemory, Scaler } from './scaler.ts';

/** Longer side of the picture in which text is looked for, pixels. Source: PaddleOCR's det_limit_side_len. */
const searchSidePx = 960;
/** The detector's own step. */
const searchStepPx = 32;
/** Longer side of the picture that lines are cut from, pixels: more costs memory, and text that is found at all is legible in it. */
const readSidePx = 1920;
/** Above this probability a line stands on its head. Source: PaddleOCR's cls_thresh. */
const turnedProbability = 0.9;
/** Lines read in one frame, the largest first: on one core three dozen take about a second. */
const mostLines = 36;

export interface TextResult {
  /** In the picture's pixels, also those that nobody can read. */
  readonly lines: readonly TextLine[];
  /** Lines that were found but not read, since there were too many. */
  readonly leftOut: number;
  readonly inferenceMs: number;
}

/** Finds and reads the text of pictures of one size. */
export class TextReader {
  readonly #models: TextModels;
  readonly #search: RgbPicture;
  readonly #source: RgbPicture;
  readonly #searchScaler: Scaler;
  readonly #sourceScaler: Scaler;
  readonly #width: number;
  readonly #height: number;

  /** @param width Pixels of the pictures. @param height Likewise. */
  constructor(models: TextModels, width: number, height: number) {
    this.#models = models;
    this.#width = width;
    this.#height = height;
    const longer = Math.max(width, height);
    const toStep = (side: number) => searchStepPx * Math.max(1, Math.round((side * Math.min(1, searchSidePx / longer)) / searchStepPx));
    const toRead = (side: number) => Math.max(1, Math.round(side * Math.min(1, readSidePx / longer)));
    this.#search = rgbPicture(toStep(width), toStep(height));
    this.#source = rgbPicture(toRead(width), toRead(height));
    this.#searchScaler = new Scaler(this.#search.width, this.#search.height, 'rgb');
    this.#sourceScaler = new Scaler(this.#source.width, this.#source.height, 'rgb');
  }

  /** Copies what it needs; the picture is not needed after it. */
  take(picture: Picture): void {
    const whole = { x: 0, y: 0, width: this.#width, height: this.#height };
    this.#searchScaler.scale(picture, whole, this.#search.rgb as Buffer, this.#search.width);
    this.#sourceScaler.scale(picture, whole, this.#source.rgb as Buffer, this.#source.width);
  }

  /** @throws INFERENCE_STUCK, INFERENCE_FAILED */
  async read(): Promise<TextResult> {
    const { rgb, width, height } = this.#search;
    const found = await this.#models.find(rgb, width, height);
    let { inferenceMs } = found;
    const regions = textRegions(found.probabilities, width, height).toSorted((a, b) => areaOf(b) - areaOf(a));
    const lines: TextLine[] = [];
    for (const { cornersPx } of regions.slice(0, mostLines)) {
      const corners = scaled(cornersPx, this.#source.width / width, this.#source.height / height);
      const line = await readLine(this.#models, cutLine(this.#source, corners));
      inferenceMs += line.inferenceMs;
      const inPicture = scaled(cornersPx, this.#width / width, this.#height / height);
      lines.push({ text: line.text, confidence: line.confidence, cornersPx: line.isTurned ? turned(inPicture) : inPicture });
    }
    return { lines, leftOut: regions.length - lines.length, inferenceMs };
  }

  close(): void {
    this.#searchScaler.close();
    this.#sourceScaler.close();
  }
}

/**
 * Reads one line of text, also when it stands on its head.
 * @throws INFERENCE_STUCK, INFERENCE_FAILED
 */
export async function readLine(
  models: TextModels,
  line: LineImage,
): Promise<ReadText & { readonly isTurned: boolean; readonly inferenceMs: number }> {
  const angle = await models.turned(line);
  const isTurned = angle.probability > turnedProbability;
  const steps = await models.read(isTurned ? turnedLine(line) : line);
  const { text, confidence, doubts } = readBestPath(steps, models.characters);
  return { text: inPlateForm(text, doubts), confidence, isTurned, inferenceMs: angle.inferenceMs + steps.inferenceMs };
}

function rgbPicture(width: number, height: number): RgbPicture {
  return { rgb: pictureMemory(width, height, 'rgb'), width, height };
}

function areaOf({ cornersPx: [ax, ay, bx, by, , , dx, dy] }: TextRegion): number {
  return Math.hypot(bx - ax, by - ay) * Math.hypot(dx - ax, dy - ay);
}
