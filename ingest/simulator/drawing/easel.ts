import { type Canvas, type CanvasGradient, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from '../../../schemas/messages.ts';
import type { Body, Corner } from '../bodies.ts';
import { type Camera, project } from '../camera.ts';
import { outline } from '../world.ts';
import { type Sprite, spriteOf } from './sprite.ts';

export type Fill = string | CanvasGradient;

/** Sprites can be halved three times, and their chroma is half as large already. */
const sizeStep = 16;

/** A canvas on which a body is painted from the outside in, each stroke at its place in space. */
export class Easel {
  readonly #canvas: Canvas;
  readonly #context: SKRSContext2D;
  readonly #camera: Camera;
  readonly #lateral: number;
  readonly #distance: number;
  readonly #left: number;
  readonly #top: number;
  readonly #outline: Box;

  /**
   * @param lateralMeters Of the body's middle, right of the camera.
   * @param distanceMeters Camera to its nearest face.
   */
  constructor(camera: Camera, body: Body, lateralMeters: number, distanceMeters: number) {
    this.#camera = camera;
    this.#lateral = lateralMeters;
    this.#distance = distanceMeters;
    this.#outline = outline(camera, body, lateralMeters, distanceMeters, 0);
    const [x1, y1, x2, y2] = this.#outline;
    // Room for the shadow and the glow of lamps, and two empty columns at each side for interpolation.
    const margin = 6 + 0.45 * this.scale;
    this.#left = Math.floor(x1 - margin);
    this.#top = Math.floor(y1 - margin / 2);
    const width = sizeStep * Math.ceil((x2 + margin - this.#left) / sizeStep);
    const height = sizeStep * Math.ceil((y2 + margin - this.#top) / sizeStep);
    this.#canvas = createCanvas(width, height);
    this.#context = this.#canvas.getContext('2d');
    this.#context.lineJoin = 'round';
    this.#context.lineCap = 'round';
  }

  get lateralMeters(): number {
    return this.#lateral;
  }

  /** How high above the road the camera is. */
  get cameraMeters(): number {
    return this.#camera.heightMeters;
  }

  /** Pixels of a metre at the nearest face. */
  get scale(): number {
    return project(this.#camera, 0, 0, this.#distance).scale;
  }

  at([across, up, deep]: Corner): [number, number] {
    const { x, y } = project(this.#camera, this.#lateral + across, up, Math.max(0.4, this.#distance + deep));
    return [x - this.#left, y - this.#top];
  }

  /** A filled shape. */
  fill(corners: readonly Corner[], fill: Fill, opacity = 1): void {
    this.#trace(corners);
    this.#context.globalAlpha = opacity;
    this.#context.fillStyle = fill;
    this.#context.fill();
    this.#context.globalAlpha = 1;
  }

  /** A shape on the road with a soft rim: layers from too wide to too narrow, which cost a tenth of a blur. */
  soften(corners: readonly Corner[], fill: Fill, softMeters: number, opacity = 1): void {
    const middle = [0, 2].map((axis) => corners.reduce((sum, corner) => sum + corner[axis]!, 0) / corners.length) as [number, number];
    // Three pixels a layer hide its edge.
    const layers = Math.max(3, Math.min(16, Math.ceil(softMeters * this.scale)));
    for (let layer = 0; layer < layers; layer++) {
      const wider = 1.5 * softMeters * (1 - (2 * layer + 1) / layers);
      const moved = (at: number, from: number): number => at + Math.sign(at - from) * wider;
      this.fill(
        corners.map(([across, up, deep]): Corner => [moved(across, middle[0]), up, moved(deep, middle[1])]),
        fill,
        1 - (1 - opacity) ** (1 / layers),
      );
    }
  }

  /** A line; never thinner than can be seen. */
  line(corners: readonly Corner[], colour: string, widthMeters: number, opacity = 1): void {
    const width = widthMeters * this.scale;
    this.#trace(corners, false);
    this.#context.lineWidth = Math.max(0.35, width);
    this.#context.globalAlpha = opacity * Math.min(1, width / 0.35);
    this.#context.strokeStyle = colour;
    this.#context.stroke();
    this.#context.globalAlpha = 1;
  }

  /** Light that shines over what is there already. */
  glow(place: Corner, radiusMeters: number, colour: string, opacity: number): void {
    const [x, y] = this.at(place);
    const radius = radiusMeters * this.scale;
    const gradient = this.#context.createRadialGradient(x, y, 0, x, y, radius);
    gradient.addColorStop(0, colour);
    gradient.addColorStop(1, 'rgba(0,0,0,0)');
    this.#context.globalCompositeOperation = 'lighter';
    this.#context.globalAlpha = opacity;
    this.#context.fillStyle = gradient;
    this.#context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    this.#context.globalAlpha = 1;
    this.#context.globalCompositeOperation = 'source-over';
  }

  /** Colours from one place to another. */
  gradient(from: Corner, to: Corner, ...stops: readonly (readonly [at: number, colour: string])[]): CanvasGradient {
    const gradient = this.#context.createLinearGradient(...this.at(from), ...this.at(to));
    for (const [at, colour] of stops) gradient.addColorStop(at, colour);
    return gradient;
  }

  finish(): Sprite {
    const { width, height } = this.#canvas;
    const [x1, y1, x2, y2] = this.#outline;
    const { data } = this.#context.getImageData(0, 0, width, height);
    return spriteOf(data, width, height, [x1 - this.#left, y1 - this.#top, x2 - this.#left, y2 - this.#top]);
  }

  #trace(corners: readonly Corner[], closed = true): void {
    this.#context.beginPath();
    corners.forEach((corner, index) => {
      const [x, y] = this.at(corner);
      if (index === 0) this.#context.moveTo(x, y);
      else this.#context.lineTo(x, y);
    });
    if (closed) this.#context.closePath();
  }
}

/** A shape and its mirror image: left first. */
export function bothSides(corners: readonly Corner[]): readonly Corner[][] {
  return [-1, 1].map((side) => corners.map(([across, up, deep]): Corner => [across * side, up, deep]));
}

/** The shape closed by its own mirror image. */
export function symmetric(right: readonly Corner[]): Corner[] {
  return [...right, ...right.toReversed().map(([across, up, deep]): Corner => [-across, up, deep])];
}

/** A wheel's disc standing along the road. */
export function disc(across: number, up: number, deep: number, radius: number, corners = 28): Corner[] {
  return Array.from({ length: corners }, (_, index): Corner => {
    const angle = (index * 2 * Math.PI) / corners;
    return [across, up + Math.sin(angle) * radius, deep + Math.cos(angle) * radius];
  });
}
