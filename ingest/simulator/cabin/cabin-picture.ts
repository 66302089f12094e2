import type { Box } from '../../../schemas/messages.ts';
import { draw, type Picture, type Sprite } from '../drawing/sprite.ts';
import { Head, type Part } from './head.ts';
import { Interior } from './interior.ts';
import { height, width } from './interior-paint.ts';
import { brightness, glossOf, type Light, lights } from './light.ts';
import { Rasteriser, type Surface } from './rasteriser.ts';
import type { CabinScenario } from './scenario.ts';
import { headRotation, type Rotation } from './solids.ts';
import { colourOf } from './textures.ts';
import { paintTorso, torsoPlace, torsoSize } from './torso.ts';
import type { CabinState } from './truth.ts';
import { glassesParts, handParts, handsBelow } from './wearing.ts';

/** The camera stands on the dashboard, straight in front of the driver: 70 cm away, 52 degrees wide. */
const distanceCm = 68;
const focalPx = width / 2 / Math.tan((26 * Math.PI) / 180);
/** Where the head is with the driver sitting upright: a little above the picture's middle. */
const upCm = 1.5;
/** The joint about which a head turns: at the top of the neck. */
const joint = [0, -5, -6] as const;

/** Draws one driver. */
export class CabinPicture {
  readonly #light: Light;
  readonly #interior: Interior;
  readonly #torso: Sprite;
  readonly #head: Head;
  readonly #glasses: readonly Part[];
  readonly #hands: readonly Part[];
  readonly #surfaces = new Map<Part, Surface>();
  readonly #rasteriser = new Rasteriser(width, height);

  constructor({ look, glasses, light, seed }: CabinScenario) {
    const isInfrared = light === 'infrared';
    this.#light = lights[light];
    this.#interior = new Interior(light, seed);
    this.#head = new Head(look, light, seed);
    this.#torso = paintTorso(this.#head.look, light);
    this.#glasses = glasses ? glassesParts(glasses, isInfrared) : [];
    this.#hands = handParts(colourOf(this.#head.look.skin), colourOf(this.#head.look.shirt[0]), isInfrared);
  }

  /**
   * Draws a moment; everything of the picture is overwritten.
   * @param drivenMeters How far the car has come.
   * @returns Box around the face as far as it is in the picture, whether or not it is hidden.
   */
  draw(picture: Picture, state: CabinState, drivenMeters: number): Box | null {
    this.#interior.draw(picture, drivenMeters);
    const box = this.#drawDriver(picture, state);
    if (state.cover > 0) cover(picture, state.cover);
    return box;
  }

  #drawDriver(picture: Picture, state: CabinState): Box | null {
    // The driver's right is on the picture's left.
    const besides = -state.leanMeters * 100 + state.swayCm[0];
    const up = upCm + state.swayCm[1] - 0.12 * Math.abs(state.leanMeters * 100);
    const pxPerCm = focalPx / distanceCm;
    const [torsoX, torsoY] = [torsoPlace[0] + besides * 0.8 * pxPerCm, torsoPlace[1] - (up - upCm) * 0.5 * pxPerCm];
    if (torsoX > width || torsoX + torsoSize.width < 0) return null;
    draw(picture, this.#torso, [torsoX, torsoY, torsoX + torsoSize.width, torsoY + torsoSize.height]);

    const head = this.#head;
    head.express(
      { leftEyeOpenness: state.eyeOpenness, rightEyeOpenness: state.eyeOpenness, mouthOpenness: state.mouthOpenness },
      -state.eyeYawDegrees,
      state.eyePitchDegrees,
    );
    const turn = headRotation(-state.yawDegrees, state.pitchDegrees, state.rollDegrees);
    const upright = headRotation(0, 0, 0);
    const rasteriser = this.#rasteriser;
    rasteriser.clear();
    if (state.hands > 0) for (const part of this.#hands) this.#drawPart(part, upright, besides, up - handsBelow * (1 - state.hands), false);
    for (const part of head.parts) this.#drawPart(part, turn, besides, up);
    this.#drawPart(head.neck, upright, besides, up);
    for (const part of this.#glasses) this.#drawPart(part, turn, besides, up);
    rasteriser.layOver(picture);
    return this.#boxOfFace();
  }

  /** @param isStretched Whether it has the head's form. */
  #drawPart(part: Part, turn: Rotation, besides: number, up: number, isStretched = true): void {
    const { solid, texture, isGlossy = false } = part;
    const count = solid.u.length;
    let surface = this.#surfaces.get(part);
    if (!surface) {
      surface = {
        triangles: solid.triangles,
        x: new Float32Array(count),
        y: new Float32Array(count),
        nearness: new Float32Array(count),
        u: solid.u,
        v: solid.v,
        light: new Float32Array(count),
        gloss: new Float32Array(count),
      };
      this.#surfaces.set(part, surface);
    }
    const { points, normals, shade } = solid;
    const { stretch, jaw } = this.#head.look;
    const light = this.#light;
    for (let at = 0; at < count; at++) {
      let px = points[at * 3]!;
      let py = points[at * 3 + 1]!;
      let pz = points[at * 3 + 2]!;
      if (isStretched) {
        // The jaw widens or narrows from the cheekbones down.
        const down = Math.min(1, Math.max(0, (1 - py) / 9));
        px *= stretch[0] * (1 + (jaw - 1) * down);
        py *= stretch[1];
        pz *= stretch[2];
      }
      px -= joint[0];
      py -= joint[1];
      pz -= joint[2];
      const x = turn[0] * px + turn[1] * py + turn[2] * pz + joint[0] + besides;
      const y = turn[3] * px + turn[4] * py + turn[5] * pz + joint[1] + up;
      const z = turn[6] * px + turn[7] * py + turn[8] * pz + joint[2];
      const nearness = 1 / (distanceCm - z);
      surface.nearness[at] = nearness;
      surface.x[at] = width / 2 + focalPx * x * nearness;
      surface.y[at] = height / 2 - focalPx * y * nearness;
      const a = normals[at * 3]!;
      const b = normals[at * 3 + 1]!;
      const c = normals[at * 3 + 2]!;
      const nx = turn[0] * a + turn[1] * b + turn[2] * c;
      const ny = turn[3] * a + turn[4] * b + turn[5] * c;
      const nz = turn[6] * a + turn[7] * b + turn[8] * c;
      surface.light[at] = brightness(light, nx, ny, nz) * shade[at]!;
      surface.gloss[at] = isGlossy ? glossOf(light, nx, ny, nz) : 0;
    }
    this.#rasteriser.draw(surface, texture);
  }

  #boxOfFace(): Box | null {
    const surface = [...this.#surfaces].find(([part]) => part.solid === this.#head.face)![1];
    let [x1, y1, x2, y2] = [width, height, 0, 0];
    for (let at = 0; at < surface.x.length; at++) {
      x1 = Math.min(x1, surface.x[at]!);
      x2 = Math.max(x2, surface.x[at]!);
      y1 = Math.min(y1, surface.y[at]!);
      y2 = Math.max(y2, surface.y[at]!);
    }
    const box: Box = [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
    return box[0] < box[2] && box[1] < box[3] ? box : null;
  }
}

/** Something dark before the lens, from above; too near to be sharp. */
function cover({ y, u, v }: Picture, fraction: number): void {
  const soft = 60;
  const edge = fraction * (height + soft) - soft;
  for (let row = 0; row < height; row++) {
    const share = Math.round(256 * Math.min(1, Math.max(0, (edge + soft - row) / soft)));
    if (share === 0) break;
    for (let column = 0; column < width; column++) {
      const at = row * width + column;
      // A little light comes through at the sides.
      const dark = 18 + ((Math.abs(column - width / 2) * 9) >> 8);
      y[at]! += ((dark - y[at]!) * share) >> 8;
    }
    if ((row & 1) === 1) continue;
    for (let at = (row >> 1) * (width >> 1), end = at + (width >> 1); at < end; at++) {
      u[at]! += ((128 - u[at]!) * share) >> 8;
      v[at]! += ((128 - v[at]!) * share) >> 8;
    }
  }
}
