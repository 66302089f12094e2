import type { Box } from '../../schemas/messages.ts';
import { type Camera, project } from './camera.ts';
import type { LightState, RoadKind, SignPlan } from './scenario.ts';
import { lateralAhead, type Place, stateAt, type World } from './world.ts';

/** A sign or light at one moment, seen from the camera. */
export interface PlacedSign {
  readonly plan: SignPlan;
  /** Of a traffic light. */
  readonly state: LightState | undefined;
  readonly distanceMeters: number;
  /** Of its middle, right of the camera's axis. */
  readonly lateralMeters: number;
  /** Of its face, also where it lies outside the picture. */
  readonly facePx: Box;
}

/** Width, height and middle's height of a face. */
export interface SignShape {
  readonly widthMeters: number;
  readonly heightMeters: number;
  readonly middleMeters: number;
}

/** Nobody can read farther: a face is 4 px wide there. */
const farthestMeters = 180;
const nearestMeters = 2.5;
/** From our lane's middle: 0.5 m beyond the shoulder (German VwV-StVO on 39-43: at least 0.5 m from the road's edge). */
const besideMeters: Record<RoadKind, number> = { country: 3.4, motorway: 8.4 };
/** Lights closer to the lane's middle hang above it. */
const hangsWithinMeters = 2.5;

/**
 * How large a sign is. Round ones after the German VzKat: 600 mm at up to 80 km/h, 750 mm above, so on motorways; a stop sign 900 mm; a light
 * with lenses of 200 mm, on a post or 5 m above the road (RiLSA: at least 4.5 m of clearance); a gantry's boards across our lanes.
 */
export function signShape(plan: SignPlan, road: RoadKind): SignShape {
  switch (plan.class) {
    case 'speed-limit':
    case 'end-of-limit': {
      const size = road === 'motorway' ? 0.75 : 0.6;
      return { widthMeters: size, heightMeters: size, middleMeters: 2 + size / 2 };
    }
    case 'stop':
      return { widthMeters: 0.9, heightMeters: 0.9, middleMeters: 2.45 };
    case 'traffic-light':
      return { widthMeters: 0.34, heightMeters: 0.96, middleMeters: isHanging(plan, road) ? 5.1 : 2.6 };
    case 'gantry':
      return { widthMeters: 11, heightMeters: 2.4, middleMeters: 6.4 };
  }
}

/** Whether it is fixed above the road instead of on a post beside it. */
export function isHanging(plan: SignPlan, road: RoadKind): boolean {
  return Math.abs(offsetOf(plan, road)) < hangsWithinMeters;
}

function offsetOf(plan: SignPlan, road: RoadKind): number {
  return plan.offsetMeters ?? (plan.class === 'gantry' ? 0 : besideMeters[road]);
}

/** Signs in reach, the farthest first. */
export function placeSigns(world: World, place: Place & { readonly camera: Camera }, seconds: number): PlacedSign[] {
  const { signs, road } = world.scenario;
  if (!signs) return [];
  const placed: PlacedSign[] = [];
  for (const plan of signs)
    for (const atMeters of [plan.atMeters, plan.atMeters + world.loopMeters]) {
      const distanceMeters = atMeters - place.drivenMeters;
      if (distanceMeters < nearestMeters || distanceMeters > farthestMeters) continue;
      const lateralMeters = lateralAhead(world, place, offsetOf(plan, road), distanceMeters);
      const state = plan.class === 'traffic-light' ? stateAt(plan.states, seconds) : undefined;
      placed.push({
        plan,
        state,
        distanceMeters,
        lateralMeters,
        facePx: faceOf(place.camera, signShape(plan, road), lateralMeters, distanceMeters),
      });
    }
  return placed.sort((a, b) => b.distanceMeters - a.distanceMeters);
}

function faceOf(camera: Camera, { widthMeters, heightMeters, middleMeters }: SignShape, lateral: number, distance: number): Box {
  const top = project(camera, lateral, middleMeters + heightMeters / 2, distance);
  const foot = project(camera, lateral, middleMeters - heightMeters / 2, distance);
  const half = (widthMeters / 2) * ((top.scale + foot.scale) / 2);
  const middle = (top.x + foot.x) / 2;
  return [middle - half, top.y, middle + half, foot.y];
}
