import { createCanvas, ImageData, type SKRSContext2D } from '@napi-rs/canvas';
import type { Perception, Track } from '../../schemas/messages.ts';
import type { Picture } from './decoder.ts';
import { Scaler } from './scaler.ts';

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
    this.#pixels = Buffer.alloc(width * height * 4);
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
    for (const track of perception.tracks) drawTrack(context, track, scale);
    return canvas.encode('jpeg', jpegQuality);
  }

  close(): void {
    this.#scaler.close();
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
