import type { Picture } from '../drawing/sprite.ts';
import { height, paintOutside, paintRoom, width } from './interior-paint.ts';
import type { LightName } from './light.ts';

/** The inside of a car behind its driver, and what passes by its side windows. */
export class Interior {
  readonly #room: Picture;
  /** Share of the outside in each pixel of luma, 0..255. */
  readonly #windows: Uint8Array;
  /** Rows and, in each of them, columns in which a window is: from, to, from, to. */
  readonly #spans: Int16Array;
  readonly #outside: Picture;

  constructor(light: LightName, seed: number) {
    const { room, windows } = paintRoom(light);
    this.#room = room;
    this.#windows = windows;
    this.#spans = spansOf(windows);
    this.#outside = paintOutside(light, seed);
  }

  /** @param drivenMeters How far the car has come. */
  draw(picture: Picture, drivenMeters: number): void {
    const room = this.#room;
    picture.y.set(room.y);
    picture.u.set(room.u);
    picture.v.set(room.v);
    const { width: around } = this.#outside;
    // Trees 8 m away, at the camera's focal length of 656 pixels: 82 pixels a metre; even, for chroma.
    const moved = 2 * Math.round((drivenMeters * 41) % (around / 2));
    for (let row = 0; row < height; row++)
      for (let side = 0; side < 2; side++) {
        const from = this.#spans[row * 4 + side * 2]!;
        const to = this.#spans[row * 4 + side * 2 + 1]!;
        // Looking back, things draw together behind the car: from both edges towards the middle.
        const start = side === 0 ? 2 * around - moved : moved;
        this.#window(picture.y, this.#outside.y, row, from, to, start, 1);
        if ((row & 1) === 0) {
          this.#window(picture.u, this.#outside.u, row, from, to, start, 2);
          this.#window(picture.v, this.#outside.v, row, from, to, start, 2);
        }
      }
  }

  #window(plane: Uint8Array, outside: Uint8Array, row: number, from: number, to: number, start: number, pitch: 1 | 2): void {
    const around = this.#outside.width / pitch;
    const line = (row / pitch) * around;
    const target = (row / pitch) * (width / pitch);
    const end = (to / pitch) | 0;
    let source = (((start + from) / pitch) % around) | 0;
    for (let column = (from / pitch) | 0; column < end; column++) {
      const share = this.#windows[row * width + column * pitch]!;
      const inside = plane[target + column]!;
      plane[target + column] = inside + (((outside[line + source]! - inside) * share) >> 8);
      if (++source === around) source = 0;
    }
  }
}

/** Of the two windows, left and right of the middle. */
function spansOf(windows: Uint8Array): Int16Array {
  const spans = new Int16Array(height * 4);
  for (let row = 0; row < height; row++)
    for (let side = 0; side < 2; side++) {
      const [first, last] = side === 0 ? [0, width / 2] : [width / 2, width];
      let [from, to] = [last, first];
      for (let column = first; column < last; column++) {
        // Both rows that share their chroma.
        if (windows[row * width + column] === 0 && windows[(row ^ 1) * width + column] === 0) continue;
        from = Math.min(from, column);
        to = column + 1;
      }
      if (from < to) spans.set([from & ~1, (to + 1) & ~1], row * 4 + side * 2);
    }
  return spans;
}
