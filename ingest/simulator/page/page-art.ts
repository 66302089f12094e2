import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { smoothNoise } from '../drawing/noise.ts';
import { lumaOf, type Picture, uOf, vOf } from '../drawing/sprite.ts';
import type { PageLayout, PlacedText } from './page-layout.ts';
import type { PageScenario } from './page-scenario.ts';

/** Paints the whole page, once. */
export function paintPage(scenario: PageScenario, { placed, height }: PageLayout, width: number): Picture {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#c9c6bd';
  context.fillRect(0, 0, width, height);
  for (const text of placed) {
    context.save();
    context.translate(text.x, text.y);
    context.rotate((text.angleDegrees * Math.PI) / 180);
    paintText(context, text);
    context.restore();
  }
  return toPicture(context.getImageData(0, 0, width, height).data, width, height, scenario);
}

function paintText(context: SKRSContext2D, { text, style, font, widthPx, heightPx, startX, baselineY }: PlacedText): void {
  const rim = Math.max(6, 0.45 * heightPx);
  const board = (fill: string, stroke: string): void => {
    context.beginPath();
    context.roundRect(-widthPx / 2 - rim, -heightPx / 2 - rim, widthPx + 2 * rim, heightPx + 2 * rim, rim / 2);
    context.fillStyle = fill;
    context.fill();
    context.lineWidth = Math.max(1, heightPx / 16);
    context.strokeStyle = stroke;
    context.stroke();
  };
  if (style === 'sign') board('#16509c', '#e8e8e8');
  if (style === 'plate') {
    board('#eeeeea', '#1b1b1b');
    // The blue band of a European plate lies left of the rim, so that it hides nothing.
    context.fillStyle = '#1a3f94';
    context.fillRect(-widthPx / 2 - 2 * rim, -heightPx / 2 - rim, rim, heightPx + 2 * rim);
  }
  context.font = font;
  context.fillStyle = style === 'sign' ? '#f2f2f2' : '#1c1d20';
  context.fillText(text, startX, baselineY);
}

/** Of 255: light falls on paper unevenly, as it does on any wall. */
const unevenness = 26;

function toPicture(rgba: Uint8ClampedArray, width: number, height: number, { light, seed }: PageScenario): Picture {
  const shade = smoothNoise(width, height, 6, 4, seed);
  const y = new Uint8Array(width * height);
  const u = new Uint8Array((width * height) / 4);
  const v = new Uint8Array((width * height) / 4);
  for (let at = 0; at < y.length; at++) {
    const [r, g, b] = [rgba[4 * at]!, rgba[4 * at + 1]!, rgba[4 * at + 2]!];
    y[at] = 16 + (lumaOf(r, g, b) - 16) * light * (1 + (shade[at]! * unevenness) / 255);
  }
  const half = width / 2;
  for (let at = 0; at < u.length; at++) {
    const first = 4 * (2 * Math.floor(at / half) * width + 2 * (at % half));
    const [r, g, b] = [rgba[first]!, rgba[first + 1]!, rgba[first + 2]!];
    u[at] = 128 + (uOf(r, g, b) - 128) * light;
    v[at] = 128 + (vOf(r, g, b) - 128) * light;
  }
  return { width, height, y, u, v };
}
