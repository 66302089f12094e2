import { lateralAhead, type Moment, type World } from '../world.ts';
import { type GroundRow, travelled } from './ground.ts';
import { fractalNoise, hash } from './noise.ts';
import type { Picture } from './sprite.ts';

/** A tree every so many metres at most. */
const cellMeters = 9;
/** Luma in the shade of a clear noon against that in the sun: the sky's share of daylight (CIE clear sky, about a fifth), and exposure. */
const shadeGain = 0.45;
/** From a crown's widest place to its top. */
const crownMeters = 3;
/** Farther shadows are thinner than a row. */
const farthestMeters = 110;
/** Leaves let spots of sun through, of about this size. */
const spotMeters = 0.11;
const spots = 128;

/** Shadows that trees at the left throw across the road. */
export class TreeShadows {
  readonly #world: World;
  readonly #leaves: Float32Array;

  constructor(world: World) {
    this.#world = world;
    this.#leaves = fractalNoise(spots, spots, { columns: 8, rows: 8, octaves: 3, fall: 0.7, seed: world.scenario.seed + 41 });
  }

  /** Darkens what of a row lies in shade. */
  draw(picture: Picture, row: GroundRow, moment: Moment): void {
    const { distanceMeters, metersPerPixel } = row;
    if (distanceMeters > farthestMeters) return;
    const along = travelled(this.#world, moment) + distanceMeters;
    const cell = Math.floor(along / cellMeters);
    const seed = this.#world.scenario.seed;
    // A third of the places has no tree; crowns are 3 to 6 m wide.
    if (hash(cell, seed + 61) < 0.35) return;
    const half = 1.5 + 1.5 * hash(cell, seed + 62);
    const off = Math.abs(along / cellMeters - cell - 0.5) * cellMeters;
    if (off > half) return;
    const middle = lateralAhead(this.#world, moment, 0, distanceMeters);
    // From the left verge, as far across as the tree is tall.
    const reach = -5 + 12 * hash(cell, seed + 63);
    const crown = 1 - (off / half) ** 2;
    const edge = picture.width / 2 + (middle + reach) / metersPerPixel;
    const to = Math.max(0, Math.min(picture.width, Math.round(edge)));
    const spotRow = (Math.floor(along / spotMeters) & (spots - 1)) * spots;
    const step = metersPerPixel / spotMeters;
    let column = (-(picture.width / 2) * metersPerPixel - middle) / spotMeters;
    for (let x = 0, at = row.row * picture.width; x < to; x++, at++) {
      const leaf = this.#leaves[spotRow + (Math.floor(column) & (spots - 1))]!;
      column += step;
      // A crown is round: thinner towards its top, which is the shadow's end.
      const dense = crown - Math.max(0, 1 - ((edge - x) * metersPerPixel) / crownMeters) ** 2;
      const shade = Math.max(0, Math.min(1, dense * 2.4 + leaf * 2.6));
      picture.y[at] = 16 + (picture.y[at]! - 16) * (1 - (1 - shadeGain) * shade);
    }
  }
}
