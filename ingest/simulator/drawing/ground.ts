import { type Camera, groundDistance, project } from '../camera.ts';
import { lateralAhead, type Moment, type World } from '../world.ts';
import type { Atmosphere } from './atmosphere.ts';
import { asphaltTile, type GroundTile, grassTile, smearMeters, type Texture } from './ground-tiles.ts';
import { hash } from './noise.ts';
import type { Picture } from './sprite.ts';
import { TreeShadows } from './tree-shadows.ts';

/** One row of the picture below the horizon: all of it lies at one distance. */
export interface GroundRow {
  readonly row: number;
  readonly distanceMeters: number;
  readonly metersPerPixel: number;
  /** Along the road, what the row covers. */
  readonly depthMeters: number;
  /** How much of it the air hides, 0..1. */
  readonly haze: number;
  /** Two such rows cover less than what is smeared anyway: this one is as the one above. */
  readonly repeats: boolean;
  readonly grass: Texture;
  /** Of each carriageway. */
  readonly asphalts: readonly Texture[];
}

/** Contrast falls to 1/e: summer air, thicker than real so that distance shows. */
const hazeMeters = 800;
/** Y, U, V of the air at the horizon. */
export const hazeColour = [172, 131, 124] as const;
/** White road paint in daylight, and what wear leaves of it. */
const paintLuma = 214;
const paintOpacity = 0.88;
/** Farther rows are all haze. */
const farthestMeters = 900;
/** The usual dashcam: from higher up the last rows below the horizon lie farther away. */
const dashcamMeters = 1.3;

export const hazeAt = (distanceMeters: number): number => 1 - Math.exp(-distanceMeters / hazeMeters);

/** Draws the road and the land beside it, row by row, each one line of a texture stretched. */
export class Ground {
  readonly #world: World;
  readonly #grass: GroundTile;
  readonly #asphalts: readonly GroundTile[];
  readonly #shadows: TreeShadows | undefined;
  /** Of the camera they were made for. */
  #camera: Camera | undefined;
  #lumaRows: readonly GroundRow[] = [];
  #chromaRows: readonly GroundRow[] = [];

  constructor(world: World) {
    this.#world = world;
    const { scenario, plan } = world;
    this.#grass = grassTile(scenario.seed);
    this.#asphalts = plan.carriageways.map((way, index) => asphaltTile(way, scenario.seed + index));
    this.#shadows = scenario.hasShadows ? new TreeShadows(world) : undefined;
    this.#look(world.camera);
  }

  #look(camera: Camera): void {
    if (this.#camera === camera) return;
    this.#camera = camera;
    this.#lumaRows = rowsOf(camera, 1, (tile, row) => tile.luma(row.metersPerPixel, row.depthMeters), this.#grass, this.#asphalts);
    this.#chromaRows = rowsOf(camera, 2, (tile, row) => tile.chroma(row.metersPerPixel, row.depthMeters), this.#grass, this.#asphalts);
  }

  /** @param atmosphere Without it, a clear day. */
  draw(picture: Picture, moment: Moment, atmosphere?: Atmosphere): void {
    const { y, u, v, width } = picture;
    this.#look(moment.camera);
    this.#drawRows(this.#lumaRows, moment, width, y, undefined);
    for (const row of this.#lumaRows) {
      this.#drawMarkings(picture, row, moment);
      if (row.haze > 0.04) veil(y, row.row * width, width, hazeColour[0], row.haze);
    }
    const half = width >> 1;
    this.#drawRows(this.#chromaRows, moment, half, u, v);
    for (const row of this.#chromaRows) {
      if (row.haze <= 0.04) break;
      veil(u, row.row * half, half, hazeColour[1], row.haze);
      veil(v, row.row * half, half, hazeColour[2], row.haze);
    }
    if (this.#shadows) for (const row of this.#lumaRows) this.#shadows.draw(picture, row, moment);
    atmosphere?.toneGround(picture, this.#lumaRows, this.#chromaRows);
  }

  /** Where the middle of our lane is at that row, right of the camera's axis. */
  #middle(moment: Moment, row: GroundRow): number {
    return lateralAhead(this.#world, moment, 0, Math.min(row.distanceMeters, 300));
  }

  #drawRows(rows: readonly GroundRow[], moment: Moment, width: number, low: Uint8Array, high: Uint8Array | undefined): void {
    for (const row of rows) {
      const at = row.row * width;
      if (row.repeats) {
        low.copyWithin(at, at - width, at);
        high?.copyWithin(at, at - width, at);
      } else this.#drawRow(row, moment, width, low, high);
    }
  }

  #drawRow(row: GroundRow, moment: Moment, width: number, low: Uint8Array, high: Uint8Array | undefined): void {
    const { metersPerPixel } = row;
    const along = travelled(this.#world, moment) + row.distanceMeters;
    const left = -(width / 2) * metersPerPixel - this.#middle(moment, row);
    const draw = (texture: Texture, from: number, to: number, fromMeters: number): void => {
      if (to > from)
        sample(
          low,
          high,
          row.row * width + from,
          to - from,
          texture,
          along,
          left + (from + 0.5) * metersPerPixel - fromMeters,
          metersPerPixel,
        );
    };
    let done = 0;
    this.#asphalts.forEach(({ fromMeters, toMeters }, index) => {
      const from = Math.max(done, Math.ceil((fromMeters + ragged(along, row, 1) - left) / metersPerPixel - 0.5));
      const to = Math.min(width, Math.floor((toMeters - ragged(along, row, 2) - left) / metersPerPixel - 0.5));
      if (to <= from) return;
      draw(row.grass, done, from, 0);
      draw(row.asphalts[index]!, from, to, fromMeters);
      done = to;
    });
    draw(row.grass, done, width, 0);
  }

  #drawMarkings(picture: Picture, row: GroundRow, moment: Moment): void {
    const middle = this.#middle(moment, row);
    const along = travelled(this.#world, moment) + row.distanceMeters;
    for (const { offsetMeters, widthMeters, dash, wear, isMissing } of this.#world.plan.markings) {
      const painted = dash ? dashShare(along, row.depthMeters, dash.lengthMeters, dash.everyMeters) : 1;
      if (painted <= 0 || isMissing) continue;
      const share = wear ? painted * leftOver(along, row.depthMeters, wear) : painted;
      const centre = picture.width / 2 + (middle + offsetMeters) / row.metersPerPixel;
      const reach = widthMeters / 2 / row.metersPerPixel;
      paintSpan(picture, row.row, centre - reach, centre + reach, share * paintOpacity);
    }
  }
}

/** Metres driven since the stream began, so that the ground flows on when a loop begins again. */
export function travelled(world: World, moment: Moment): number {
  return moment.loop * world.loopMeters + moment.drivenMeters;
}

/** How far grass reaches over the edge here: up to 0.15 m, in tufts of 0.07 m; evened out where a row covers many of them. */
function ragged(along: number, { depthMeters }: GroundRow, side: number): number {
  return depthMeters > 0.3 ? 0.07 : 0.15 * hash(Math.floor(along * 14), side);
}

/** @param step Pixels of luma from one row to the next. */
function rowsOf(
  camera: Camera,
  step: number,
  textureOf: (tile: GroundTile, row: Pick<GroundRow, 'metersPerPixel' | 'depthMeters'>) => Texture,
  grass: GroundTile,
  asphalts: readonly GroundTile[],
): GroundRow[] {
  const rows: GroundRow[] = [];
  for (let row = 0; row < camera.height / step; row++) {
    const distanceMeters = groundDistance(camera, (row + 0.5) * step);
    if (distanceMeters > (farthestMeters * camera.heightMeters) / dashcamMeters) continue;
    const next = groundDistance(camera, (row + 1.5) * step);
    const size = { metersPerPixel: step / project(camera, 0, 0, distanceMeters).scale, depthMeters: distanceMeters - next };
    rows.push({
      row,
      distanceMeters,
      ...size,
      haze: hazeAt(distanceMeters),
      repeats: row % 2 === 1 && (2 * size.depthMeters) / step < smearMeters,
      grass: textureOf(grass, size),
      asphalts: asphalts.map((tile) => textureOf(tile, size)),
    });
  }
  return rows;
}

/** Share of [along - depth/2, along + depth/2] that lies on dashes. */
function dashShare(along: number, depth: number, length: number, every: number): number {
  const covered = (to: number): number => {
    const whole = Math.floor(to / every);
    return whole * length + Math.min(length, to - whole * every);
  };
  const span = Math.max(depth, 0.02);
  return (covered(along + span / 2) - covered(along - span / 2)) / span;
}

/** Worn paint is thin everywhere, and gone in patches of about a metre. */
const patchMeters = 0.9;

/** Share of the paint that wear has left here, 0..1. */
function leftOver(along: number, depthMeters: number, wear: number): number {
  const thin = 1 - 0.5 * wear;
  const gone = 0.65 * wear;
  if (depthMeters > 3 * patchMeters) return thin * (1 - 0.85 * gone);
  const at = along / patchMeters;
  const cell = Math.floor(at);
  const [here, next] = [hash(cell, 71), hash(cell + 1, 71)];
  const field = here + (next - here) * (at - cell);
  // The field's middle values are the commonest: steep around the share that is gone.
  const left = Math.max(0, Math.min(1, (field - gone) * 5 + 0.5));
  return thin * (0.15 + 0.85 * left);
}

/** Paint between two columns, part of a pixel at either end. */
function paintSpan(picture: Picture, row: number, left: number, right: number, opacity: number): void {
  const from = Math.max(0, Math.floor(left));
  const to = Math.min(picture.width, Math.ceil(right));
  for (let x = from; x < to; x++) {
    const share = opacity * (Math.min(x + 1, right) - Math.max(x, left));
    const at = row * picture.width + x;
    picture.y[at]! += (paintLuma - picture.y[at]!) * share;
  }
}

function veil(target: Uint8Array, from: number, width: number, colour: number, share: number): void {
  const weight = Math.round(share * 256);
  const veiled = colour * weight + 128;
  for (let index = from; index < from + width; index++) target[index] = (target[index]! * (256 - weight) + veiled) >> 8;
}

/** Part of a row of a texture, which repeats: its lower bytes, and the upper ones if they are asked for. */
function sample(
  low: Uint8Array,
  high: Uint8Array | undefined,
  from: number,
  count: number,
  { columns, columnMeters, rows, rowMeters, texels }: Texture,
  along: number,
  across: number,
  metersPerPixel: number,
): void {
  const turn = columns << 16;
  const column = across / columnMeters / columns;
  const start = Math.floor((column - Math.floor(column)) * turn);
  const row = (Math.floor(along / rowMeters) & (rows - 1)) * columns;
  const step = Math.round((metersPerPixel / columnMeters) * 65536);
  for (let at = start, done = 0; done < count; at -= turn) {
    const run = Math.min(count - done, Math.ceil((turn - at) / step));
    if (texels instanceof Uint8Array) stretch(low, from + done, run, texels, row, at, step);
    else stretchBoth(low, high!, from + done, run, texels, row, at, step);
    done += run;
    at += run * step;
  }
}

// In these loops every number is made a 32-bit integer first: a single double would make them three times slower.

/** @param start In 16.16 fixed point, as is the step. */
function stretch(target: Uint8Array, from: number, count: number, source: Uint8Array, row: number, start: number, step: number): void {
  const [end, base, by] = [(from + count) | 0, row | 0, step | 0];
  let at = start | 0;
  for (let index = from | 0; index < end; index = (index + 1) | 0) {
    target[index] = source[(base + (at >> 16)) | 0]!;
    at = (at + by) | 0;
  }
}

function stretchBoth(
  low: Uint8Array,
  high: Uint8Array,
  from: number,
  count: number,
  source: Uint16Array,
  row: number,
  start: number,
  step: number,
): void {
  const [end, base, by] = [(from + count) | 0, row | 0, step | 0];
  let at = start | 0;
  for (let index = from | 0; index < end; index = (index + 1) | 0) {
    const both = source[(base + (at >> 16)) | 0]!;
    low[index] = both;
    high[index] = both >> 8;
    at = (at + by) | 0;
  }
}
