import { pictureOver } from '../drawing/sprite.ts';
import { framesPerSecond } from '../scenario.ts';
import type { Scene } from '../scene.ts';
import { paintPage } from './page-art.ts';
import { layOut, type PlacedText } from './page-layout.ts';
import type { PageScenario } from './page-scenario.ts';

/** Pixels of the picture. */
const width = 1280;
const height = 720;

/** A text that is in the picture. */
export interface VisibleText {
  readonly textId: string;
  readonly text: string;
  readonly isPlate: boolean;
  readonly heightPx: number;
  /** x, y of what is inked: top left, top right, bottom right, bottom left as it is read. */
  readonly cornersPx: readonly number[];
  /** Whether all of it is in the picture. */
  readonly isWhole: boolean;
}

/** What is so in one frame. */
export interface PageTruth {
  readonly texts: readonly VisibleText[];
}

/**
 * A page of text that moves past a camera.
 * @throws TOOL_MISSING where no font is installed.
 */
export function openPage(scenario: PageScenario): Scene<PageTruth> {
  const layout = layOut(scenario, width, height);
  const page = paintPage(scenario, layout, width);
  const framesPerLoop = scenario.durationSeconds * framesPerSecond;
  return {
    width,
    height,
    framesPerLoop,
    draw(frameIndex, i420) {
      const offset = ((frameIndex % framesPerLoop) * layout.height) / framesPerLoop;
      const picture = pictureOver(i420, width, height);
      copyRows(page.y, picture.y, width, offset);
      copyRows(page.u, picture.u, width / 2, offset / 2);
      copyRows(page.v, picture.v, width / 2, offset / 2);
      return { texts: layout.placed.flatMap((text) => visible(text, offset, layout.height) ?? []) };
    },
  };
}

/** Fills a plane from a row of the page on, which need not be a whole one; after the last row comes the first. */
function copyRows(from: Uint8Array, to: Uint8Array, stride: number, offset: number): void {
  const rows = from.length / stride;
  const first = Math.floor(offset);
  const weight = Math.round((offset - first) * 256);
  for (let row = 0; row < to.length / stride; row++) {
    const upper = ((first + row) % rows) * stride;
    const lower = ((first + row + 1) % rows) * stride;
    const start = row * stride;
    if (weight === 0) to.set(from.subarray(upper, upper + stride), start);
    else for (let x = 0; x < stride; x++) to[start + x] = (from[upper + x]! * (256 - weight) + from[lower + x]! * weight + 128) >> 8;
  }
}

function visible(placed: PlacedText, offset: number, pageHeight: number): VisibleText | undefined {
  const { textId, text, style, heightPx, widthPx, angleDegrees, x } = placed;
  const radians = (angleDegrees * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
  // The page goes round: a text above the picture may be the one that comes in below.
  const y = mod(placed.y - offset + pageHeight / 2 - height / 2, pageHeight) - pageHeight / 2 + height / 2;
  const sides = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ] as const;
  const cornersPx = sides.flatMap(([right, down]) => {
    const [across, along] = [(right * widthPx) / 2, (down * heightPx) / 2];
    return [x + cosine * across - sine * along, y + sine * across + cosine * along];
  });
  const rows = cornersPx.filter((_, index) => index % 2 === 1);
  if (Math.max(...rows) <= 0 || Math.min(...rows) >= height) return undefined;
  const isWhole = cornersPx.every((value, index) => value >= 0 && value <= (index % 2 === 0 ? width : height));
  return { textId, text, isPlate: style === 'plate', heightPx, cornersPx, isWhole };
}

function mod(value: number, divisor: number): number {
  return value - divisor * Math.floor(value / divisor);
}
