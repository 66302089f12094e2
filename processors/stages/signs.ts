import type { Network } from '../../models/network.ts';
import type { LineReader } from '../../models/text.ts';
import { lineHeight } from '../../models/text.ts';
import type { Box } from '../../schemas/messages.ts';
import type { PictureDetection } from '../core/dashcam-judge.ts';
import { readBestPath } from '../core/scanner/ctc.ts';
import { findEnds } from '../core/signs/end-search.ts';
import { lampOf } from '../core/signs/lamp.ts';
import { limitOf } from '../core/signs/limit-reading.ts';
import { findRings, type Round } from '../core/signs/ring-search.ts';
import type { LimitReading, SignSighting } from '../core/signs/sighting.ts';
import type { Picture } from './decoder.ts';
import { SignPicture } from './sign-picture.ts';

/** What reads numbers on signs. */
export interface SignReaders {
  readonly text: LineReader;
  /** GTSRB's classes; undefined when it has not been fetched. */
  readonly classes: Network | undefined;
}

/** @returns What of the readers is part of a perception's model set. */
export function modelSetOfReaders({ text, classes }: SignReaders): string {
  return [`sign-text:${text.hash}`, ...(classes ? [`${classes.name}:${classes.hash}`] : [])].join('+');
}

/** Share of the picture's height below the horizon in which signs may still be: a rise of the road, or a camera on a truck. */
const belowHorizon = 0.06;
/** The number's part of a sign, of its width and height. Vienna Convention on Road Signs, C 14: inside the ring, 0.78 of it. */
const numberWidth = 0.76;
const numberHeight = 0.6;
/** Pixels a side of what the classifier takes. */
const classSide = 30;
/**
 * Of a sign's width, around it: of 51 drawn signs it names 51 with 0.2 to 0.25, 48 with 0.15, 20 without any. GTSRB's own pictures have a
 * border of at least a tenth (Stallkamp et al. 2012).
 */
const classMargin = 0.2;
/** Detections below it are guesses; the tracker of vehicles calls them low as well. */
const leastScore = 0.3;

/** Finds signs in pictures and reads them; what they mean is judged elsewhere. */
export class SignFinder {
  readonly #readers: SignReaders;
  readonly #picture = new SignPicture();

  constructor(readers: SignReaders) {
    this.#readers = readers;
  }

  /** Copies from the picture what it needs. @param horizonPx Its row. */
  take(picture: Picture, horizonPx: number): void {
    const rows = Math.round(Math.min(picture.height, Math.max(2, horizonPx + belowHorizon * picture.height)) / 2) * 2;
    this.#picture.take(picture, rows);
  }

  /**
   * What may be signs in the picture taken last.
   * @param detections Of the detector, for stop signs and lights.
   * @param ends Where ends of limits are expected, in pixels; undefined where none is looked for.
   */
  find(detections: readonly PictureDetection[], ends: readonly Box[] | undefined): SignSighting[] {
    const picture = this.#picture;
    const round = (look: SignSighting['look'], { box, share }: Round): SignSighting => {
      const [x1, y1, x2, y2] = box;
      const { cellPx } = picture;
      return { look, boxPx: [x1 * cellPx, y1 * cellPx, x2 * cellPx, y2 * cellPx], score: share, lamp: null };
    };
    const sightings = findRings(picture.red()).map((ring) => round('limit', ring));
    if (ends) {
      const expected = ends.map((box) => box.map((edge) => edge / picture.cellPx) as unknown as Box);
      sightings.push(...findEnds(picture.cells(), expected).map((end) => round('end-of-limit', end)));
    }
    for (const { class: className, boxPx, score } of detections) {
      if (score < leastScore) continue;
      if (className === 'stop sign') sightings.push({ look: 'stop', boxPx, score, lamp: null });
      else if (className === 'traffic light') sightings.push({ look: 'light', boxPx, score, lamp: this.#lamp(boxPx) });
    }
    return sightings;
  }

  /**
   * Reads the number on a sign in the picture taken last.
   * @throws INFERENCE_STUCK, INFERENCE_FAILED
   */
  async read(boxPx: Box): Promise<{ readonly reading: LimitReading | null; readonly inferenceMs: number }> {
    const { text, classes } = this.#readers;
    const [line, known] = await Promise.all([
      text.read(this.#cutNumber(boxPx)),
      classes?.run({ image: { data: this.#cutSign(boxPx), shape: [1, classSide, classSide, 3] } }),
    ]);
    const read = readBestPath(line, text.characters);
    return {
      reading: limitOf(read.text, read.confidence, known?.outputs.classes?.data),
      inferenceMs: line.inferenceMs + (known?.inferenceMs ?? 0),
    };
  }

  #lamp(boxPx: Box): SignSighting['lamp'] {
    const box = this.#picture.clip(boxPx);
    return box ? lampOf((x, y) => this.#picture.sample(x, y), box) : null;
  }

  /** The number, from black to white. */
  #cutNumber([x1, y1, x2, y2]: Box): { rgb: Uint8Array; width: number } {
    const [wide, high] = [numberWidth * (x2 - x1), numberHeight * (y2 - y1)];
    const [left, top] = [(x1 + x2 - wide) / 2, (y1 + y2 - high) / 2];
    const width = Math.max(8, Math.round((lineHeight * wide) / high));
    const lumas = new Float32Array(width * lineHeight);
    let [darkest, brightest] = [255, 0];
    for (let row = 0, at = 0; row < lineHeight; row++)
      for (let column = 0; column < width; column++, at++) {
        const luma = this.#picture.luma(left + ((column + 0.5) * wide) / width, top + ((row + 0.5) * high) / lineHeight);
        lumas[at] = luma;
        darkest = Math.min(darkest, luma);
        brightest = Math.max(brightest, luma);
      }
    const gain = 255 / Math.max(1, brightest - darkest);
    const rgb = new Uint8Array(3 * lumas.length);
    lumas.forEach((luma, index) => {
      rgb.fill((luma - darkest) * gain, 3 * index, 3 * index + 3);
    });
    return { rgb, width };
  }

  /** In full range (BT.709), with the margin that the classifier was trained with. */
  #cutSign([x1, y1, x2, y2]: Box): Uint8Array {
    const [width, height] = [(1 + 2 * classMargin) * (x2 - x1), (1 + 2 * classMargin) * (y2 - y1)];
    const [left, top] = [(x1 + x2 - width) / 2, (y1 + y2 - height) / 2];
    const rgb = new Uint8Array(classSide * classSide * 3);
    for (let row = 0, to = 0; row < classSide; row++)
      for (let column = 0; column < classSide; column++) {
        const [luma, blue, red] = this.#picture.sample(
          left + ((column + 0.5) * width) / classSide,
          top + ((row + 0.5) * height) / classSide,
        );
        const bright = 1.164 * (luma - 16);
        rgb[to++] = clamp(bright + 1.793 * (red - 128));
        rgb[to++] = clamp(bright - 0.213 * (blue - 128) - 0.533 * (red - 128));
        rgb[to++] = clamp(bright + 2.112 * (blue - 128));
      }
    return rgb;
  }
}

function clamp(value: number): number {
  return Math.min(255, Math.max(0, value));
}
