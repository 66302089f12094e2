import type { Detection, Detector } from '../../models/detector.ts';
import { isAlike, sameThingIou } from '../../models/suppression.ts';
import { boxArea, intersectionArea, intersectionOverUnion } from '../../schemas/box.ts';
import type { Picture } from './decoder.ts';
import { pictureMemory, type Region, Scaler } from './scaler.ts';

/**
 * Width of the far window as a part of the picture's: 480 of 1280 pixels is about a detector input's own resolution.
 * With the whole picture alone nothing beyond 30 m is seen, which at 80 km/h is 1.4 s.
 */
const farWindowFraction = 0.375;
/** Of the far window's height that lies above the horizon: what is far stands mostly below it, a truck at 20 m reaches 110 px above. */
const farWindowAboveHorizon = 0.4;
/** A box this near to the far window's border (part of its width) is taken to be cut by it. */
const borderFraction = 0.01;
/** A box that lies in another by this part of its own area is a part of the same thing. */
const sameThingContained = 0.8;

/** How a detection's box gets from the input's pixels back to the picture's. */
interface Look {
  readonly region: Region;
  readonly input: Buffer;
  readonly scaler: Scaler;
  readonly pixelsPerInputX: number;
  readonly pixelsPerInputY: number;
}

export interface LooksOptions {
  readonly detector: Detector;
  readonly width: number;
  readonly height: number;
  /** Row of the horizon; the far window lies around it. */
  readonly horizonPx: number;
  /** Lower part of the picture, 0..0.5, in which nothing is looked for. */
  readonly bonnetFraction: number;
}

/** Looks at each picture twice, whole and in the far window around the vanishing point, and gives one list of boxes. */
export class Looks {
  readonly #detector: Detector;
  readonly #whole: Look;
  readonly #far: Look;
  readonly #bonnetTopPx: number;

  constructor({ detector, width, height, horizonPx, bonnetFraction }: LooksOptions) {
    this.#detector = detector;
    this.#whole = createLook(detector, { x: 0, y: 0, width, height });
    this.#far = createLook(detector, farWindow(width, height, horizonPx));
    this.#bonnetTopPx = height * (1 - bonnetFraction);
  }

  /** Fills the detector's inputs; the picture is not needed after it. */
  take(picture: Picture): void {
    for (const look of [this.#whole, this.#far]) look.scaler.scale(picture, look.region, look.input, this.#detector.inputWidth);
  }

  /**
   * @returns Detections in the picture's pixels, and milliseconds of inference.
   * @throws INFERENCE_STUCK, INFERENCE_FAILED
   */
  async detect(): Promise<{ readonly detections: Detection[]; readonly inferenceMs: number }> {
    const { detections, inferenceMs } = await this.#detector.detect([this.#whole.input, this.#far.input]);
    const whole = toPicture(detections[0]!, this.#whole);
    const far = toPicture(detections[1]!, this.#far);
    const merged = mergeLooks(whole, far, this.#far.region);
    return { detections: merged.filter(({ boxPx }) => (boxPx[1] + boxPx[3]) / 2 < this.#bonnetTopPx), inferenceMs };
  }

  close(): void {
    this.#whole.scaler.close();
    this.#far.scaler.close();
  }
}

/** @returns The window around the vanishing point, of the picture's own shape, inside the picture. */
export function farWindow(width: number, height: number, horizonPx: number): Region {
  const even = (value: number) => 2 * Math.round(value / 2);
  const windowWidth = even(width * farWindowFraction);
  const windowHeight = even(height * farWindowFraction);
  const y = Math.min(Math.max(0, even(horizonPx - farWindowAboveHorizon * windowHeight)), even(height - windowHeight - 1));
  return { x: even((width - windowWidth) / 2), y, width: windowWidth, height: windowHeight };
}

/**
 * One list from both looks, without double boxes. What the window's border cuts is left to the whole look;
 * for everything else the far look is the sharper one (its ground contact is 1-2 % off where the whole look's is up to 10 %).
 */
export function mergeLooks(whole: readonly Detection[], far: readonly Detection[], window: Region): Detection[] {
  const margin = borderFraction * window.width;
  const isCut = ({ boxPx: [x1, y1, x2, y2] }: Detection) =>
    x1 < window.x + margin || y1 < window.y + margin || x2 > window.x + window.width - margin || y2 > window.y + window.height - margin;
  const sharp = far.filter((detection) => !isCut(detection));
  const rest = whole.filter((candidate) => !sharp.some((kept) => isSameThing(candidate, kept)));
  return [...sharp, ...rest];
}

function isSameThing(whole: Detection, far: Detection): boolean {
  if (!isAlike(whole.class, far.class)) return false;
  // Only the whole look's box may be the part: a small far car before a large near one is a thing of its own.
  const contained = intersectionArea(whole.boxPx, far.boxPx) / boxArea(whole.boxPx);
  return intersectionOverUnion(whole.boxPx, far.boxPx) > sameThingIou || contained > sameThingContained;
}

function createLook(detector: Detector, region: Region): Look {
  const { inputWidth, inputHeight, fit, padding } = detector;
  const scale = Math.min(inputWidth / region.width, inputHeight / region.height);
  const coveredWidth = fit === 'stretch' ? inputWidth : Math.round(region.width * scale);
  const coveredHeight = fit === 'stretch' ? inputHeight : Math.round(region.height * scale);
  return {
    region,
    input: pictureMemory(inputWidth, inputHeight, 'rgb', padding),
    scaler: new Scaler(coveredWidth, coveredHeight, 'rgb'),
    pixelsPerInputX: region.width / coveredWidth,
    pixelsPerInputY: region.height / coveredHeight,
  };
}

function toPicture(detections: readonly Detection[], { region, pixelsPerInputX, pixelsPerInputY }: Look): Detection[] {
  const right = region.x + region.width;
  const bottom = region.y + region.height;
  return detections.map(({ class: name, score, boxPx: [x1, y1, x2, y2] }) => ({
    class: name,
    score,
    boxPx: [
      Math.max(region.x, region.x + x1 * pixelsPerInputX),
      Math.max(region.y, region.y + y1 * pixelsPerInputY),
      Math.min(right, region.x + x2 * pixelsPerInputX),
      Math.min(bottom, region.y + y2 * pixelsPerInputY),
    ],
  }));
}
