import type { Box } from '../../../../schemas/messages.ts';
import { trackLabel } from '../format.ts';
import { type Danger, dangerOf } from './danger.ts';
import { contain, type LabelRequest, type Placement, placeLabels } from './layout.ts';
import type { Overlay, OverlayBox } from './perception-buffer.ts';
import { paintFacts, paintShapes } from './scene-painter.ts';

/** As in style/tokens.css: told apart by brightness too, so that no colour vision is needed. */
const colours: Readonly<Record<Danger, string>> = { calm: '#d6ecff', caution: '#ffe066', warning: '#ff9f40', critical: '#ff5563' };
const order: readonly Danger[] = ['calm', 'caution', 'warning', 'critical'];
/** Lies below every line, so that it shows on snow and in tunnels alike. */
const halo = 'rgb(6 8 11 / 0.6)';
const plate = 'rgb(8 10 13 / 0.78)';
const inkOnColour = '#0a0c0f';

// All lengths below are CSS pixels, chosen by eye on 360 px and 1440 px wide pictures.
const cornerShare = 0.24;
const shortestCorner = 7;
/** Smaller boxes are drawn whole and thin, without corners or label. */
const smallBox = 26;
/** Narrower ones of no importance get no label. */
const labelledBox = 54;
const labelHeight = 20;
const labelPadding = 7;

interface Drawn {
  readonly box: Box;
  readonly item: OverlayBox;
  readonly danger: Danger;
  readonly isImportant: boolean;
}

export interface Painted {
  readonly overlay: Overlay | undefined;
  /** Size of the displayed picture; only its shape matters. */
  readonly width: number;
  readonly height: number;
  /** Drawn below the boxes, so that both reach the screen as one; without it the canvas lies clear over the video. */
  readonly image: CanvasImageSource | undefined;
}

/** Fills the canvas anew: what is `painted` lies in it as `object-fit: contain` puts it. */
export function paint(context: CanvasRenderingContext2D, { overlay, image, ...picture }: Painted, pixelRatio: number): void {
  const { width, height } = context.canvas;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.globalAlpha = 1;
  context.clearRect(0, 0, width, height);
  if (picture.width === 0) return;
  context.scale(pixelRatio, pixelRatio);
  const place = contain(width / pixelRatio, height / pixelRatio, picture.width, picture.height);
  if (image) context.drawImage(image, place.left, place.top, place.width, place.height);
  if (overlay && overlay.perception.width > 0) paintOverlay(context, overlay, place);
}

function paintOverlay(context: CanvasRenderingContext2D, overlay: Overlay, place: Placement): void {
  const scaleX = place.width / overlay.perception.width;
  const scaleY = place.height / overlay.perception.height;
  context.globalAlpha = overlay.opacity;
  context.save();
  context.beginPath();
  context.rect(place.left, place.top, place.width, place.height);
  context.clip();

  paintShapes(context, overlay.perception, place);
  if (overlay.perception.horizonPx !== null) drawHorizon(context, place, place.top + overlay.perception.horizonPx * scaleY);
  const drawn = overlay.boxes
    .map((item): Drawn => {
      const [x1, y1, x2, y2] = item.boxPx;
      const danger = dangerOf(item.track);
      const box: Box = [place.left + x1 * scaleX, place.top + y1 * scaleY, place.left + x2 * scaleX, place.top + y2 * scaleY];
      return { box, item, danger, isImportant: item.track.isLead || danger !== 'calm' };
    })
    .sort(byImportance);
  for (const one of drawn) drawBox(context, one);
  drawLabels(context, drawn.toReversed(), place);
  paintFacts(context, overlay.perception, place);
  context.restore();
}

/** Least important first; the nearer of two covers the farther. */
function byImportance(a: Drawn, b: Drawn): number {
  return (
    Number(a.item.track.isLead) - Number(b.item.track.isLead) || order.indexOf(a.danger) - order.indexOf(b.danger) || a.box[3] - b.box[3]
  );
}

function drawBox(context: CanvasRenderingContext2D, { box, danger, isImportant }: Drawn): void {
  const [x1, y1, x2, y2] = box;
  const shorter = Math.min(x2 - x1, y2 - y1);
  const corner = Math.max(shortestCorner, shorter * cornerShare);
  const path = new Path2D();
  if (shorter < smallBox) path.rect(x1, y1, x2 - x1, y2 - y1);
  else {
    for (const [x, y, toX, toY] of [
      [x1, y1, corner, corner],
      [x2, y1, -corner, corner],
      [x2, y2, -corner, -corner],
      [x1, y2, corner, -corner],
    ] as const) {
      path.moveTo(x, y + toY);
      path.lineTo(x, y);
      path.lineTo(x + toX, y);
    }
    // Where it stands on the road is what its distance is measured from.
    if (isImportant) {
      path.moveTo(x1, y2);
      path.lineTo(x2, y2);
    }
  }
  if (isImportant && shorter >= smallBox) {
    const glow = context.createLinearGradient(0, y2, 0, y1);
    glow.addColorStop(0, `${colours[danger]}38`);
    glow.addColorStop(0.55, `${colours[danger]}00`);
    context.fillStyle = glow;
    context.fillRect(x1, y1, x2 - x1, y2 - y1);
  }
  const width = danger === 'critical' ? 3.5 : isImportant ? 2.5 : 1.25;
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.strokeStyle = halo;
  context.lineWidth = width + 2.5;
  context.stroke(path);
  context.strokeStyle = colours[danger];
  context.lineWidth = width;
  context.stroke(path);
}

function drawLabels(context: CanvasRenderingContext2D, drawn: readonly Drawn[], place: Placement): void {
  const requests = drawn
    .filter(({ box, isImportant }) => isImportant || box[2] - box[0] >= labelledBox)
    .map((one): LabelRequest<{ drawn: Drawn; text: string; width: number }> => {
      const text = trackLabel(one.item.track);
      context.font = labelFont(one);
      const width = context.measureText(text).width + 2 * labelPadding;
      return { of: { drawn: one, text, width }, box: one.box, width, height: labelHeight, isRequired: one.isImportant };
    });
  context.textBaseline = 'middle';
  for (const { of, left, top } of placeLabels(requests, place)) {
    const { danger, isImportant } = of.drawn;
    const isSolid = danger === 'critical' || danger === 'warning';
    context.fillStyle = isSolid ? colours[danger] : plate;
    context.beginPath();
    context.roundRect(left, top, of.width, labelHeight, 4);
    context.fill();
    context.font = labelFont(of.drawn);
    context.fillStyle = isSolid ? inkOnColour : isImportant ? colours[danger] : '#e3ebf3';
    context.fillText(of.text, left + labelPadding, top + labelHeight / 2 + 0.5);
  }
}

function labelFont({ isImportant }: Drawn): string {
  return `${isImportant ? 600 : 450} 12px system-ui, sans-serif`;
}

/** Two ticks at the edges: enough to see that the camera's pitch is right, nothing across the picture. */
function drawHorizon(context: CanvasRenderingContext2D, place: Placement, y: number): void {
  const right = place.left + place.width;
  for (const [colour, width] of [
    [halo, 3],
    ['rgb(214 236 255 / 0.7)', 1],
  ] as const) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    context.moveTo(place.left, y);
    context.lineTo(place.left + 14, y);
    context.moveTo(right - 14, y);
    context.lineTo(right, y);
    context.stroke();
  }
}
