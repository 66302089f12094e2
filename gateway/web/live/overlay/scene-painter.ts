import { type Fact, factsOf, type Shape, shapesOf, type Tone } from '../../../../schemas/drawing.ts';
import type { Perception } from '../../../../schemas/messages.ts';
import type { Placement } from './layout.ts';

/** As in style/tokens.css; soft is calm, fainter. */
const colours: Readonly<Record<Tone, string>> = {
  soft: 'rgb(214 236 255 / 0.55)',
  calm: '#d6ecff',
  caution: '#ffe066',
  warning: '#ff9f40',
  critical: '#ff5563',
};
const halo = 'rgb(6 8 11 / 0.6)';
const plate = 'rgb(8 10 13 / 0.78)';

// CSS pixels, chosen by eye.
const boldLine = 3;
const thinLine = 1.25;
const dash = [10, 8];
const fontPx = 12;
const factHeight = 20;
const margin = 12;

/** Draws what lies under the boxes. */
export function paintShapes(context: CanvasRenderingContext2D, perception: Perception, place: Placement): void {
  const scaleX = place.width / perception.width;
  const scaleY = place.height / perception.height;
  const at = (x: number, y: number) => [place.left + x * scaleX, place.top + y * scaleY] as const;
  for (const shape of shapesOf(perception)) {
    if (shape.kind === 'label') paintLabel(context, shape, at(shape.x, shape.y));
    else paintLine(context, shape, at);
  }
}

function paintLine(
  context: CanvasRenderingContext2D,
  { pointsPx, tone, isClosed, isDashed, isFilled, isBold }: Extract<Shape, { kind: 'line' }>,
  at: (x: number, y: number) => readonly [number, number],
): void {
  const path = new Path2D();
  for (let index = 0; index + 1 < pointsPx.length; index += 2) path.lineTo(...at(pointsPx[index]!, pointsPx[index + 1]!));
  if (isClosed) path.closePath();
  if (isFilled) {
    context.globalAlpha *= 0.12;
    context.fillStyle = colours[tone];
    context.fill(path);
    context.globalAlpha /= 0.12;
  }
  const width = isBold ? boldLine : thinLine;
  context.setLineDash(isDashed ? dash : []);
  for (const [colour, more] of [
    [halo, 1.5],
    [colours[tone], 0],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width + more;
    context.stroke(path);
  }
  context.setLineDash([]);
}

function paintLabel(
  context: CanvasRenderingContext2D,
  { text, tone }: Extract<Shape, { kind: 'label' }>,
  [x, y]: readonly [number, number],
): void {
  context.font = `600 ${fontPx}px system-ui, sans-serif`;
  context.textBaseline = 'bottom';
  context.lineJoin = 'round';
  context.lineWidth = 3;
  context.strokeStyle = halo;
  context.strokeText(text, x, y - 3);
  context.fillStyle = colours[tone];
  context.fillText(text, x, y - 3);
}

/** Draws the figures that stand beside the picture, into its lower left corner. */
export function paintFacts(context: CanvasRenderingContext2D, perception: Perception, place: Placement): void {
  const facts = factsOf(perception);
  if (facts.length === 0) return;
  context.font = `${fontPx}px system-ui, sans-serif`;
  context.textBaseline = 'middle';
  const rows = facts.map((fact) => ({ fact, text: `${fact.name}  ${fact.value}` }));
  const width = Math.max(...rows.map(({ text }) => context.measureText(text).width)) + 2 * margin;
  const height = rows.length * factHeight + margin;
  const left = place.left + margin;
  const top = place.top + place.height - margin - height;
  context.fillStyle = plate;
  context.beginPath();
  context.roundRect(left, top, width, height, 6);
  context.fill();
  for (const [row, { fact }] of rows.entries()) paintFact(context, fact, left + margin, top + margin / 2 + (row + 0.5) * factHeight);
}

function paintFact(context: CanvasRenderingContext2D, { name, value, tone }: Fact, x: number, y: number): void {
  context.fillStyle = '#9fb0bf';
  context.fillText(name, x, y);
  context.fillStyle = colours[tone];
  context.fillText(value, x + context.measureText(`${name}  `).width, y);
}
