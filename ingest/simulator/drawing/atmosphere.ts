import type { World } from '../world.ts';
import type { GroundRow } from './ground.ts';
import type { Picture, Shade } from './sprite.ts';

/** What a light does to a picture that was drawn for a clear day. */
interface LightTone {
  /** Share of daylight on everything, after the camera's exposure. */
  readonly ambient: number;
  readonly sky: number;
  readonly skyColour: number;
  /** How far colours keep from grey. */
  readonly colour: number;
  /** What the own headlamps add at their brightest. */
  readonly headlamp: number;
  /** Luma of fog and of the sky below clouds. */
  readonly air: number;
  /** Of everything, added to U and V. */
  readonly tint: readonly [u: number, v: number];
}

/**
 * By eye after dashcams' pictures, which expose longer in the dark: civil dusk (3.4 to 0.3 cd/m2 in CIE 191's mesopic range), and a country
 * road at night without street lamps.
 */
const tones: Record<'day' | 'dusk' | 'night', LightTone> = {
  day: { ambient: 1, sky: 1, skyColour: 1, colour: 1, headlamp: 0, air: 186, tint: [0, 0] },
  dusk: { ambient: 0.4, sky: 0.58, skyColour: 0.8, colour: 0.8, headlamp: 0.16, air: 96, tint: [3, -1] },
  night: { ambient: 0.09, sky: 0.07, skyColour: 0.25, colour: 0.7, headlamp: 0.62, air: 30, tint: [1, 1] },
};

/** Contrast falls to 5 % within the sight (Koschmieder's law; CIE 17.4's meteorological optical range). */
const koschmieder = 3;
/** Fog begins at 1000 m of sight (WMO-No. 8, 9.1.1); the thickest drawn here leaves 60 m. */
const fogSightMeters = { thin: 1000, thick: 60 } as const;
/** Sight in a downpour. */
const rainSightMeters = 700;
/** Low beam (UN R149): bright from 6 m on, 1 % downward, so that little reaches beyond 65 m. */
const lampReachMeters = 34;
const lampBeginsMeters = 7;
/** Half the width of the beam, as a share of the focal length: 17 degrees. */
const lampSlant = 0.31;
/** Water fills the pores and makes asphalt this much darker... */
const wetGain = 0.3;
/** ...and mirrors this much of the sky where it is seen at a grazing angle. */
const wetSheen = 0.34;
const sheenMeters = 30;

/** Light, rain and fog: what is between the road of a clear day and the picture. */
export class Atmosphere {
  readonly #tone: LightTone;
  readonly #rain: number;
  readonly #extinction: number;
  /** Of the headlamps, for each column, 0..1. */
  readonly #beam: Float32Array;

  private constructor(world: World, tone: LightTone, rain: number, fog: number) {
    const { width, focalPx } = world.camera;
    this.#tone = tone;
    this.#rain = rain;
    const fogSight = fogSightMeters.thin * (fogSightMeters.thick / fogSightMeters.thin) ** fog;
    this.#extinction = (fog > 0 ? koschmieder / fogSight : 0) + (rain * koschmieder) / rainSightMeters;
    this.#beam = Float32Array.from({ length: width }, (_, x) => Math.exp(-(((x - width / 2) / focalPx / lampSlant) ** 2)));
  }

  /** @returns Undefined for a clear day. */
  static of(world: World): Atmosphere | undefined {
    const { light = 'day', rain = 0, fog = 0 } = world.scenario;
    return light === 'day' && rain === 0 && fog === 0 ? undefined : new Atmosphere(world, tones[light], rain, fog);
  }

  /** Whether vehicles have their lamps on (German StVO 17: in dusk, darkness, or where sight demands it). */
  get hasLampsOn(): boolean {
    return this.#tone.ambient < 1 || this.#rain >= 0.3 || this.#extinction > koschmieder / fogSightMeters.thin;
  }

  /** How much lamps outshine what is around them, 0..1. */
  get lampContrast(): number {
    return 1 - 0.75 * this.#tone.ambient;
  }

  /** Luma of the air where nothing is seen any more. */
  get air(): number {
    return this.#tone.air * (1 - 0.2 * this.#rain);
  }

  /** Share of light that comes through. */
  clearness(distanceMeters: number): number {
    return Math.exp(-this.#extinction * distanceMeters);
  }

  /**
   * How something upright is seen.
   * @param x Column of its middle, pixels.
   */
  shadeAt(distanceMeters: number, x: number): Shade {
    const { ambient, headlamp, colour, tint } = this.#tone;
    const column = Math.max(0, Math.min(this.#beam.length - 1, Math.round(x)));
    // Low beam lights the lower half of what is upright; the mean of both.
    const lit = Math.min(1, ambient + 0.6 * headlamp * lampAt(distanceMeters) * this.#beam[column]!);
    const clear = this.clearness(distanceMeters);
    const gain = lit * clear;
    const chroma = colour * clear * (0.4 + 0.6 * Math.min(1, 2 * lit));
    return {
      lumaGain: 256 * gain,
      lumaOffset: 16 * (clear - gain) + this.air * (1 - clear),
      chromaGain: 256 * chroma,
      uOffset: 128 * (1 - chroma) + tint[0],
      vOffset: 128 * (1 - chroma) + tint[1],
    };
  }

  /** Makes the panorama the sky of this light and weather, once. */
  toneSky({ width, height, y, u, v }: Picture, horizon: number): void {
    const { sky, skyColour, ambient } = this.#tone;
    const air = this.air;
    const isDusk = ambient < 1 && ambient > 0.2;
    const fogged = 1 - this.clearness(400);
    for (let row = 0; row < height; row++) {
      const up = Math.max(0, horizon - row);
      // Rain falls from a closed layer of cloud; fog is thickest near the ground.
      const cover = Math.max(0.9 * this.#rain, fogged * Math.exp(-up / 300));
      const glow = isDusk ? (1 - cover) * Math.exp(-up / 70) : 0;
      for (let x = row * width; x < (row + 1) * width; x++) {
        const luma = 16 + (y[x]! - 16) * sky;
        // Hills and woods stay dark before the afterglow.
        const afterglow = glow * Math.max(0, Math.min(1, (y[x]! - 150) / 30));
        // A little of the clouds shows through.
        y[x] = Math.min(235, luma + (air + (luma - 110 * sky) * 0.12 - luma) * cover + 62 * afterglow);
      }
      if (row % 2) continue;
      for (let at = (row >> 1) * (width >> 1); at < ((row >> 1) + 1) * (width >> 1); at++) {
        const keep = skyColour * (1 - cover);
        u[at] = 128 + (u[at]! - 128) * keep - 12 * glow;
        v[at] = 128 + (v[at]! - 128) * keep + 13 * glow;
      }
    }
  }

  /** Lights, wets and veils the ground, row by row. */
  toneGround(picture: Picture, lumaRows: readonly GroundRow[], chromaRows: readonly GroundRow[]): void {
    const { ambient, headlamp, colour, tint } = this.#tone;
    const { width } = picture;
    for (const { row, distanceMeters } of lumaRows) {
      const clear = this.clearness(distanceMeters);
      const wet = 1 - wetGain * this.#rain;
      const sheen = this.#rain * wetSheen * (1 - Math.exp(-distanceMeters / sheenMeters)) * Math.max(0, this.air - 16);
      const offset = 16 * clear + this.air * (1 - clear) + sheen * clear;
      const lamp = headlamp * lampAt(distanceMeters) * clear * wet;
      if (lamp < 0.01) scale(picture.y, row * width, width, 256 * Math.min(1, ambient) * clear * wet, offset);
      else light(picture.y, row * width, this.#beam, 256 * ambient * clear * wet, 256 * lamp, offset);
    }
    const half = width >> 1;
    for (const { row, distanceMeters } of chromaRows) {
      const keep = colour * this.clearness(distanceMeters);
      centre(picture.u, row * half, half, 256 * keep, 128 + tint[0]);
      centre(picture.v, row * half, half, 256 * keep, 128 + tint[1]);
    }
  }
}

/** Light of the own low beam at a distance, 0..1. */
function lampAt(distanceMeters: number): number {
  const near = Math.min(1, distanceMeters / lampBeginsMeters) ** 2;
  return near / (1 + (distanceMeters / lampReachMeters) ** 2.5);
}

// In these loops every number is made a 32-bit integer first: a single double would make them several times slower.

function scale(target: Uint8Array, from: number, count: number, gain: number, offset: number): void {
  const [end, by, add] = [(from + count) | 0, Math.round(gain) | 0, Math.round(offset * 256) | 0];
  for (let at = from | 0; at < end; at = (at + 1) | 0) target[at] = clamp((Math.imul(target[at]! - 16, by) + add) >> 8);
}

function light(target: Uint8Array, from: number, beam: Float32Array, ambient: number, lamp: number, offset: number): void {
  const add = Math.round(offset * 256) | 0;
  for (let x = 0; x < beam.length; x++) {
    const by = Math.min(256, ambient + lamp * beam[x]!) | 0;
    target[from + x] = clamp((Math.imul(target[from + x]! - 16, by) + add) >> 8);
  }
}

function centre(target: Uint8Array, from: number, count: number, gain: number, middle: number): void {
  const [end, by] = [(from + count) | 0, Math.round(gain) | 0];
  const add = Math.round(middle * 256) | 0;
  for (let at = from | 0; at < end; at = (at + 1) | 0) target[at] = (Math.imul(target[at]! - 128, by) + add) >> 8;
}

/** Video's black and white (ITU-R BT.709, limited range). */
const clamp = (luma: number): number => (luma < 16 ? 16 : luma > 235 ? 235 : luma);
