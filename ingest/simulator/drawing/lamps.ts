import type { Corner } from '../bodies.ts';
import { carShapes, truckShape } from '../bodies.ts';
import { type Camera, project } from '../camera.ts';
import type { PlacedActor } from '../world.ts';
import type { Atmosphere } from './atmosphere.ts';
import type { Picture } from './sprite.ts';

/** A lamp: radius of what shines, and how bright and of what colour it is. */
interface Lamp {
  readonly radiusMeters: number;
  readonly leastPx: number;
  readonly luma: number;
  readonly u: number;
  readonly v: number;
}

/** By eye after dashcams' pictures: a core that saturates, and a halo of the windscreen's and the lens' stray light. */
const tail: readonly Lamp[] = [{ radiusMeters: 0.2, leastPx: 1.6, luma: 105, u: -14, v: 62 }];
const brake: readonly Lamp[] = [
  { radiusMeters: 0.24, leastPx: 2, luma: 190, u: -16, v: 70 },
  { radiusMeters: 0.6, leastPx: 4, luma: 45, u: -6, v: 30 },
];
const head: readonly Lamp[] = [
  { radiusMeters: 0.2, leastPx: 2, luma: 230, u: -2, v: 2 },
  { radiusMeters: 1.1, leastPx: 7, luma: 62, u: -2, v: 2 },
];

/** Where a vehicle's lamps are: from its middle, above the road, on its rear and its front. */
function lampsOf(model: PlacedActor['plan']['model'], towards: boolean): readonly Corner[] {
  const both = (across: number, up: number): Corner[] => [
    [-across, up, 0],
    [across, up, 0],
  ];
  switch (model) {
    case 'person':
      return [];
    case 'bicycle':
      return [[0, towards ? 0.95 : 0.62, 0]];
    case 'motorcycle':
      return [[0, towards ? 0.95 : 0.8, 0]];
    case 'truck':
      return both(truckShape.widthMeters * 0.42, towards ? 0.62 : 0.82);
    case 'bus':
      return both(1.08, towards ? 0.7 : 0.95);
    default: {
      const { widthMeters, shoulderMeters } = carShapes[model];
      return both(widthMeters * 0.42, towards ? shoulderMeters * 0.8 - 0.13 : shoulderMeters * 0.93 - 0.09);
    }
  }
}

/** Lights an actor's lamps, and mirrors them in a wet road. */
export function drawLamps(picture: Picture, camera: Camera, actor: PlacedActor, atmosphere: Atmosphere, rain: number): void {
  const { distanceMeters, lateralMeters, towards, braking, plan } = actor;
  // Who crosses shows a side.
  if (actor.crosses) return;
  const shine = atmosphere.clearness(distanceMeters) * atmosphere.lampContrast;
  for (const [across, up] of lampsOf(plan.model, towards)) {
    const { x, y, scale } = project(camera, lateralMeters + across, up, distanceMeters);
    for (const lamp of towards ? head : braking ? brake : tail) {
      const radius = Math.max(lamp.leastPx, lamp.radiusMeters * scale * (plan.model === 'bicycle' ? 0.5 : 1));
      glow(picture, x, y, radius, radius, lamp, shine);
      if (rain === 0) continue;
      const mirrored = project(camera, lateralMeters + across, -up * 1.4, distanceMeters);
      glow(picture, x, mirrored.y, radius * 0.9, Math.max(radius * 2, up * scale), lamp, shine * 0.4 * rain);
    }
  }
}

/** Adds light, fading to nothing at the rim. */
function glow(picture: Picture, x: number, y: number, radiusX: number, radiusY: number, lamp: Lamp, share: number): void {
  const { width, height } = picture;
  const [top, foot] = [Math.max(0, Math.ceil(y - radiusY)), Math.min(height, y + radiusY)];
  const [left, right] = [Math.max(0, Math.ceil(x - radiusX)), Math.min(width, x + radiusX)];
  for (let row = top; row < foot; row++)
    for (let column = left; column < right; column++) {
      const away = ((column - x) / radiusX) ** 2 + ((row - y) / radiusY) ** 2;
      if (away >= 1) continue;
      const strength = share * (1 - away) ** 2;
      const at = row * width + column;
      picture.y[at] = Math.min(235, picture.y[at]! + lamp.luma * strength);
      if (row & 1 || column & 1) continue;
      const chroma = (row >> 1) * (width >> 1) + (column >> 1);
      picture.u[chroma] = Math.max(16, picture.u[chroma]! + lamp.u * strength);
      picture.v[chroma] = Math.min(220, picture.v[chroma]! + lamp.v * strength);
    }
}
