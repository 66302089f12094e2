import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas';
import { RoadstreamError } from '../../../schemas/errors.ts';
import { randomFrom } from '../drawing/noise.ts';
import type { PageScenario, PageText, TextStyle } from './page-scenario.ts';

/** A text at its place on the page. */
export interface PlacedText extends PageText {
  readonly textId: string;
  /** CSS font, of the size that gives the text its height. */
  readonly font: string;
  /** Of its middle, in the page's pixels. */
  readonly x: number;
  readonly y: number;
  /** Of what is inked, unturned. */
  readonly widthPx: number;
  /** From the middle of what is inked to where the text is written: left end and baseline. */
  readonly startX: number;
  readonly baselineY: number;
}

export interface PageLayout {
  readonly placed: readonly PlacedText[];
  /** Pixels, even. */
  readonly height: number;
}

/** The container images bring DejaVu; what is drawn with another font is another picture. */
const sansSerif = '"DejaVu Sans", "Liberation Sans", "Noto Sans", Arial, sans-serif';
const serif = '"DejaVu Serif", "Liberation Serif", "Noto Serif", "Times New Roman", serif';

const fonts: Readonly<Record<TextStyle, (sizePx: number) => string>> = {
  print: (sizePx) => `${sizePx}px ${sansSerif}`,
  serif: (sizePx) => `${sizePx}px ${serif}`,
  bold: (sizePx) => `bold ${sizePx}px ${sansSerif}`,
  sign: (sizePx) => `bold ${sizePx}px ${sansSerif}`,
  plate: (sizePx) => `bold ${sizePx}px ${sansSerif}`,
};

/** Free paper around a text, in its heights: so that lines do not touch. */
const marginHeights = 1.1;
const leastMarginPx = 18;

/**
 * Places the texts in rows, from the top, a random free strip between them.
 * @param width Pixels of the page.
 * @param leastHeight Pixels: a page is at least as high.
 * @throws TOOL_MISSING where no font is installed.
 */
export function layOut(scenario: PageScenario, width: number, leastHeight: number): PageLayout {
  if (GlobalFonts.families.length === 0)
    throw new RoadstreamError(
      'TOOL_MISSING',
      `${scenario.name} needs a font to write with. Install one, for example: apt install fonts-dejavu-core`,
    );
  const context = createCanvas(8, 8).getContext('2d');
  const random = randomFrom(scenario.seed);
  const placed: PlacedText[] = [];
  let [top, left, rowHeight] = [0, 0, 0];
  for (const [index, text] of scenario.texts.entries()) {
    const measured = measure(context, text);
    const margin = Math.max(leastMarginPx, marginHeights * text.heightPx);
    const radians = (text.angleDegrees * Math.PI) / 180;
    const [cosine, sine] = [Math.abs(Math.cos(radians)), Math.abs(Math.sin(radians))];
    const boxWidth = cosine * measured.widthPx + sine * text.heightPx + 2 * margin;
    const boxHeight = sine * measured.widthPx + cosine * text.heightPx + 2 * margin;
    if (left + boxWidth > width) {
      top += rowHeight;
      [left, rowHeight] = [0, 0];
    }
    const gap = random() * Math.max(0, Math.min(width / 6, width - left - boxWidth));
    placed.push({ ...text, ...measured, textId: `text-${index + 1}`, x: left + gap + boxWidth / 2, y: top + boxHeight / 2 });
    left += gap + boxWidth;
    rowHeight = Math.max(rowHeight, boxHeight);
  }
  return { placed, height: 2 * Math.ceil(Math.max(leastHeight, top + rowHeight) / 2) };
}

/** Large enough for the height of letters to be a fraction of it exactly. */
const trialSizePx = 200;

function measure(
  context: SKRSContext2D,
  { text, style, heightPx }: PageText,
): Pick<PlacedText, 'font' | 'widthPx' | 'startX' | 'baselineY'> {
  const inkOf = (sizePx: number) => {
    context.font = fonts[style](sizePx);
    return context.measureText(text);
  };
  const trial = inkOf(trialSizePx);
  const sizePx = (trialSizePx * heightPx) / (trial.actualBoundingBoxAscent + trial.actualBoundingBoxDescent);
  const ink = inkOf(sizePx);
  const widthPx = ink.actualBoundingBoxLeft + ink.actualBoundingBoxRight;
  return {
    font: fonts[style](sizePx),
    widthPx,
    startX: ink.actualBoundingBoxLeft - widthPx / 2,
    baselineY: ink.actualBoundingBoxAscent - heightPx / 2,
  };
}
