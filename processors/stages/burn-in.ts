import { createCanvas, ImageData, type SKRSContext2D } from '@napi-rs/canvas';
import { factsOf, type Shape, shapesOf, type Tone } from '../../schemas/drawing.ts';
import type { Perception, Track } from '../../schemas/messages.ts';
import type { Picture } from './decoder.ts';
import { pictureMemory, Scaler } from './scaler.ts';

/** libjpeg's scale; 80 keeps labels legible at about a tenth of a byte a pixel. */
const jpegQuality = 80;
/** Below these times to collision a box is drawn as dangerous (the forward-collision rule's own defaults). */
const criticalTtcSeconds = 1.6;
const warningTtcSeconds = 2.7;

/** Draws perceptions into the picture they belong to, for viewers that cannot draw. Made only while somebody asks. */
export class BurnIn {
  readonly #scaler: Scaler;
  readonly #pixels: Buffer;
  readonly width: number;
  readonly height: number;
  #picture: { readonly width: number; readonly height: number } | undefined;

  /** @param width Pixels of the JPEG. @param height Likewise. */
  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.#scaler = new Scaler(width, height, 'rgba');
    this.#pixels = pictureMemory(width, height, 'rgba');
  }

  /** Keeps the picture; it must be called before the decoder goes on. */
  take(picture: Picture): void {
    this.#picture = { width: picture.width, height: picture.height };
    this.#scaler.scale(picture, { x: 0, y: 0, width: picture.width, height: picture.height }, this.#pixels, this.width);
  }

  /** @returns The kept picture with the perception drawn into it, as JPEG. */
  async draw(perception: Perception): Promise<Buffer> {
    const canvas = createCanvas(this.width, this.height);
    const context = canvas.getContext('2d');
    const bytes = new Uint8ClampedArray(this.#pixels.buffer, this.#pixels.byteOffset, this.#pixels.length);
    context.putImageData(new ImageData(bytes, this.width, this.height), 0, 0);
    const scale = this.width / (this.#picture?.width ?? this.width);
    for (const shape of shapesOf(perception)) drawShape(context, shape, scale);
    for (const track of perception.tracks) drawTrack(context, track, scale);
    drawFacts(context, perception, this.height);
    return canvas.encode('jpeg', jpegQuality);
  }

  close(): void {
    this.#scaler.close();
  }
}

const colours: Readonly<Record<Tone, string>> = {
  soft: '#8fc4dc',
  calm: '#5ad1ff',
  caution: '#ffe066',
  warning: '#ffb020',
  critical: '#ff4d4d',
};
const lineHeight = 16;

function drawShape(context: SKRSContext2D, shape: Shape, scale: number): void {
  const colour = colours[shape.tone];
  if (shape.kind === 'label') {
    context.font = '12px sans-serif';
    context.fillStyle = colour;
    context.fillText(shape.text, shape.x * scale, shape.y * scale - 4);
    return;
  }
  context.beginPath();
  for (let at = 0; at + 1 < shape.pointsPx.length; at += 2) context.lineTo(shape.pointsPx[at]! * scale, shape.pointsPx[at + 1]! * scale);
  if (shape.isClosed) context.closePath();
  if (shape.isFilled) {
    context.globalAlpha = 0.12;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  }
  context.setLineDash(shape.isDashed ? [8, 6] : []);
  context.lineWidth = shape.isBold ? 2.5 : 1.2;
  context.strokeStyle = colour;
  context.stroke();
  context.setLineDash([]);
}

function drawFacts(context: SKRSContext2D, perception: Perception, height: number): void {
  const facts = factsOf(perception);
  context.font = '12px sans-serif';
  for (const [row, { name, value, tone }] of facts.entries()) {
    const text = `${name} ${value}`;
    const top = height - (facts.length - row) * lineHeight - 4;
    context.fillStyle = 'rgba(8, 19, 26, 0.75)';
    context.fillRect(4, top, context.measureText(text).width + 8, lineHeight);
    context.fillStyle = colours[tone];
    context.fillText(text, 8, top + 12);
  }
}

function drawTrack(context: SKRSContext2D, track: Track, scale: number): void {
  const [x1, y1, x2, y2] = track.boxPx.map((value) => value * scale) as [number, number, number, number];
  const ttc = track.inPath && track.ttcSeconds !== null ? track.ttcSeconds : Number.POSITIVE_INFINITY;
  const color = ttc <= criticalTtcSeconds ? '#ff4d4d' : ttc <= warningTtcSeconds ? '#ffb020' : '#5ad1ff';
  context.lineWidth = track.isLead ? 2.5 : 1.2;
  context.strokeStyle = color;
  context.strokeRect(x1, y1, x2 - x1, y2 - y1);
  if (!track.isLead && x2 - x1 < 24) return;
  const distance = track.distanceMeters === null ? '' : ` ${track.distanceMeters.toFixed(0)} m`;
  const label = `${track.class} ${track.trackId}${distance}${Number.isFinite(ttc) ? ` ${ttc.toFixed(1)} s` : ''}`;
  context.font = '12px sans-serif';
  const width = context.measureText(label).width + 6;
  const top = y1 > 16 ? y1 - 16 : y2;
  context.fillStyle = color;
  context.fillRect(x1, top, width, 16);
  context.fillStyle = '#08131a';
  context.fillText(label, x1 + 3, top + 12);
}
