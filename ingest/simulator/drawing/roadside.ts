import { createCanvas } from '@napi-rs/canvas';
import { type Camera, project } from '../camera.ts';
import { lateralAhead, type Moment, type World } from '../world.ts';
import type { Atmosphere } from './atmosphere.ts';
import { hazeAt, hazeColour, travelled } from './ground.ts';
import { hash } from './noise.ts';
import { draw, halved, type Picture, type Shade, type Sprite, spriteOf } from './sprite.ts';
import { bushes, type Plant, plants } from './trees.ts';

/** A row of things along the road. */
interface Row {
  readonly kind: number;
  readonly everyMeters: number;
  readonly farthestMeters: number;
  /** What stands at this place of the row, or undefined for a gap. */
  readonly at: (index: number) => { readonly plant: Plant; readonly offsetMeters: number; readonly size: number } | undefined;
}

/** Trees, bushes, posts and crash barriers: what passes by. */
export class Roadside {
  readonly #world: World;
  readonly #rows: readonly Row[];
  readonly woods: readonly Plant[];

  constructor(world: World) {
    this.#world = world;
    const { plan } = world;
    const { seed } = world.scenario;
    this.woods = plants(seed);
    const low = bushes(seed);
    const post: Plant = { sprites: postSprites(), widthMeters: 0.12, heightMeters: 0.95 };
    const trees = (kind: number, beyond: number, side: -1 | 1, everyMeters: number, reach: number): Row => ({
      kind,
      everyMeters,
      farthestMeters: 260,
      at: (index) => {
        const chance = hash(index, kind + seed * 101);
        // Groups with clearings between them.
        if (hash(Math.floor(index / 7), kind + seed * 7) < 0.32 || chance < 0.2) return undefined;
        const plant = this.woods[Math.floor(hash(index, kind * 3 + 1) * this.woods.length)]!;
        return { plant, offsetMeters: beyond + side * reach * hash(index, kind * 5 + 2), size: 0.75 + 0.5 * hash(index, kind * 7 + 3) };
      },
    });
    const [left, right] = plan.treesBeyond;
    const posts = plan.postOffsets.map(
      (offsetMeters, index): Row => ({
        kind: 40 + index,
        everyMeters: 50,
        farthestMeters: 160,
        at: () => ({ plant: post, offsetMeters, size: 1 }),
      }),
    );
    const median = plan.medianOffset;
    this.#rows = [
      trees(1, right + 3, 1, 11, 9),
      trees(2, left - 3, -1, 11, 9),
      trees(3, right + 14, 1, 13, 16),
      trees(4, left - 14, -1, 13, 16),
      ...posts,
      ...(median === undefined
        ? []
        : [
            {
              kind: 50,
              everyMeters: 4.5,
              farthestMeters: 150,
              at: (index: number) =>
                hash(index, 50) < 0.3
                  ? undefined
                  : { plant: low[index & 1]!, offsetMeters: median + hash(index, 51) - 0.5, size: 0.7 + 0.5 * hash(index, 52) },
            },
          ]),
    ];
  }

  /** Things beyond `offset` metres are drawn by the caller's order: all of the roadside lies outside the lanes. */
  draw(picture: Picture, moment: Moment, atmosphere?: Atmosphere): void {
    const { camera } = moment;
    const driven = travelled(this.#world, moment);
    const standing: { readonly distance: number; readonly lateral: number; readonly plant: Plant; readonly size: number }[] = [];
    for (const row of this.#rows) {
      const first = Math.ceil((driven + 2) / row.everyMeters);
      const last = Math.floor((driven + row.farthestMeters) / row.everyMeters);
      for (let index = last; index >= first; index--) {
        const thing = row.at(index);
        if (!thing) continue;
        const distance = index * row.everyMeters - driven;
        const lateral = lateralAhead(this.#world, moment, thing.offsetMeters, distance);
        standing.push({ distance, lateral, plant: thing.plant, size: thing.size });
      }
    }
    standing.sort((a, b) => b.distance - a.distance);
    for (const { distance, lateral, plant, size } of standing) {
      const { x, y, scale } = project(camera, lateral, 0, distance);
      const wide = plant.widthMeters * size * scale;
      if (x + wide / 2 < 0 || x - wide / 2 > picture.width) continue;
      const tall = plant.heightMeters * size * scale;
      const sprite = plant.sprites.find(({ luma }) => luma.height <= tall * 1.3) ?? plant.sprites.at(-1)!;
      draw(picture, sprite, [x - wide / 2, y - tall, x + wide / 2, y], atmosphere?.shadeAt(distance, x));
    }
    for (const offset of this.#world.plan.railOffsets) this.#drawRail(picture, moment, offset, atmosphere);
  }

  /** A W-beam on posts, drawn column by column. */
  #drawRail(picture: Picture, moment: Moment, offsetMeters: number, atmosphere: Atmosphere | undefined): void {
    const { camera } = moment;
    const driven = travelled(this.#world, moment);
    const at = (distance: number) => lateralAhead(this.#world, moment, offsetMeters, distance);
    for (let index = Math.floor((driven + 180) / 4); index > (driven + 3) / 4; index--) {
      const distance = index * 4 - driven;
      const top = project(camera, at(distance), 0.72, distance);
      const foot = project(camera, at(distance), 0, distance);
      bar(
        picture,
        top.x - 0.05 * top.scale,
        top.x + 0.05 * top.scale,
        top.y,
        foot.y,
        hazeAt(distance),
        atmosphere?.shadeAt(distance, top.x),
      );
    }
    let far = 220;
    for (let near = far / 1.06; near > 2.2; far = near, near /= 1.06) this.#beam(picture, camera, at, far, near, atmosphere);
  }

  #beam(
    picture: Picture,
    camera: Camera,
    at: (distance: number) => number,
    far: number,
    near: number,
    atmosphere: Atmosphere | undefined,
  ): void {
    const [from, to] = [project(camera, at(far), 0.75, far), project(camera, at(near), 0.75, near)];
    const [fromFoot, toFoot] = [project(camera, at(far), 0.44, far), project(camera, at(near), 0.44, near)];
    const haze = hazeAt((far + near) / 2);
    const shade = atmosphere?.shadeAt((far + near) / 2, (from.x + to.x) / 2) ?? clear;
    const step = to.x >= from.x ? 1 : -1;
    for (let x = Math.round(from.x); x !== Math.round(to.x); x += step) {
      if (x < 0 || x >= picture.width) continue;
      const share = (x + 0.5 - from.x) / (to.x - from.x);
      const top = from.y + (to.y - from.y) * share;
      const foot = fromFoot.y + (toFoot.y - fromFoot.y) * share;
      for (let y = Math.max(0, Math.floor(top)); y < Math.min(picture.height, foot); y++) {
        const cover = Math.min(1, y + 1 - top, foot - y);
        const luma = beamLumas[Math.max(0, Math.min(63, Math.floor(((y + 0.5 - top) / (foot - top)) * 64)))]!;
        const index = y * picture.width + x;
        const value = luma + (hazeColour[0] - luma) * haze;
        picture.y[index]! += ((value * shade.lumaGain) / 256 + shade.lumaOffset - picture.y[index]!) * cover;
        if (x & 1 || y & 1) continue;
        const chroma = (y >> 1) * (picture.width >> 1) + (x >> 1);
        picture.u[chroma] = 130;
        picture.v[chroma] = 126;
      }
    }
  }
}

/** Two bright ribs and a groove in shade, top to bottom. */
const beamLumas = Float32Array.from({ length: 64 }, (_, step) => 148 + 46 * Math.cos((step / 16) * Math.PI) - 26 * (step / 64));

const clear: Shade = { lumaGain: 256, lumaOffset: 0, chromaGain: 256, uOffset: 0, vOffset: 0 };

/** A post of galvanised steel. */
function bar(picture: Picture, left: number, right: number, top: number, foot: number, haze: number, shade = clear): void {
  const value = ((104 + (hazeColour[0] - 104) * haze) * shade.lumaGain) / 256 + shade.lumaOffset;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(picture.height, foot); y++)
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(picture.width, Math.ceil(right)); x++) {
      const cover = Math.min(x + 1, right) - Math.max(x, left);
      picture.y[y * picture.width + x]! += (value - picture.y[y * picture.width + x]!) * cover;
      if (x & 1 || y & 1 || cover < 0.5) continue;
      const chroma = (y >> 1) * (picture.width >> 1) + (x >> 1);
      picture.u[chroma] = 130;
      picture.v[chroma] = 126;
    }
}

/** A delineator post: white, a black slanting band, a reflector in it. */
function postSprites(): Sprite[] {
  const [width, height] = [24, 136];
  const context = createCanvas(width, height).getContext('2d');
  const body = context.createLinearGradient(3, 0, 21, 0);
  body.addColorStop(0, '#f4f5f2');
  body.addColorStop(0.6, '#dfe1dd');
  body.addColorStop(1, '#9ea29f');
  context.fillStyle = body;
  context.beginPath();
  context.moveTo(4, 10);
  context.lineTo(20, 3);
  context.lineTo(20, 132);
  context.lineTo(4, 132);
  context.fill();
  context.fillStyle = '#1b1c1d';
  context.beginPath();
  context.moveTo(4, 32);
  context.lineTo(20, 25);
  context.lineTo(20, 58);
  context.lineTo(4, 65);
  context.fill();
  context.fillStyle = '#f0d9a0';
  context.fillRect(9, 36, 6, 20);
  const sprites = [spriteOf(context.getImageData(0, 0, width, height).data, width, height, [3, 2, 21, 133])];
  for (let times = 0; times < 3; times++) sprites.push(halved(sprites.at(-1)!));
  return sprites;
}
