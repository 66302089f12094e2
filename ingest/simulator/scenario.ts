import type { ModelName } from './bodies.ts';
import type { Profile } from './profile.ts';

export const paints = ['silver', 'graphite', 'red', 'white', 'blue', 'black', 'green'] as const;
export type Paint = (typeof paints)[number];

/** Somebody else on the road. */
export interface ActorPlan {
  readonly actorId: string;
  readonly model: ModelName;
  readonly paint: Paint;
  /** Camera to its nearest face along the road when the scenario begins. */
  readonly startMeters: number;
  /** Along the road, in our direction; below 0 it comes towards us. */
  readonly speedMps: Profile;
  /** Of its middle, right of the middle of our lane, over time. */
  readonly lateralMeters: Profile;
}

/** Which road is drawn: three lanes our way, or one lane each way. */
export type RoadKind = 'motorway' | 'country';

/** How a line is painted. */
export interface LineStyle {
  readonly type: 'solid' | 'dashed' | 'missing';
  /** 0 fresh .. 1 hardly to be seen, in patches. */
  readonly wear?: number;
}

/** What air and sun are like; without it, a clear day. */
export interface Weather {
  readonly light?: 'day' | 'dusk' | 'night';
  /** 0 none .. 1 pouring. */
  readonly rain?: number;
  /** 0 none .. 1 sight of 60 m. */
  readonly fog?: number;
  /** Trees beside the road throw shadows across it. */
  readonly hasShadows?: boolean;
}

/** Something that stands beside or above the road. Metres are those driven in a loop. */
export type SignPlan = {
  readonly atMeters: number;
  /** Of its middle, right of the middle of our lane; without it, beside the road on the right. */
  readonly offsetMeters?: number;
} & (
  | { readonly class: 'speed-limit' | 'end-of-limit'; readonly value: string }
  | { readonly class: 'stop' }
  /** Its states over seconds, each until the next one. */
  | { readonly class: 'traffic-light'; readonly states: readonly (readonly [atSeconds: number, state: LightState])[] }
  /** Direction signs above all lanes of a motorway. */
  | { readonly class: 'gantry' }
);

export type LightState = 'red' | 'amber' | 'green';
export type Indicator = 'left' | 'right' | 'off';

/** A drive as data. Profiles are over seconds from its beginning, curvature over metres. */
export interface Scenario extends Weather {
  readonly name: string;
  readonly description: string;
  /** A whole number of frames; the drive then begins again. */
  readonly durationSeconds: number;
  /** Chooses the roadside. */
  readonly seed: number;
  readonly camera: { readonly heightMeters: number; readonly pitchDegrees: number };
  readonly road: RoadKind;
  /** 1/radius in 1/m, positive to the right, over metres driven; 0 at both ends so that the loop closes. */
  readonly curvature: Profile;
  /** Degrees by which the vehicle looks down (positive) or up against the road ahead, over metres driven; 0 at both ends. */
  readonly hills?: Profile;
  readonly ego: {
    readonly speedMps: Profile;
    readonly laneOffsetMeters: Profile;
    /** Each until the next one; without it, off. */
    readonly indicator?: readonly (readonly [atSeconds: number, state: Indicator])[];
  };
  /** Of our lane when the drive begins; without it, as usual on such a road. */
  readonly lines?: { readonly left?: LineStyle; readonly right?: LineStyle };
  readonly signs?: readonly SignPlan[];
  readonly actors: readonly ActorPlan[];
}

export const framesPerSecond = 30;
/** Both roads (German RAS-L and RAA: 3.5 m a lane). */
export const laneWidthMeters = 3.5;

/** Kilometres an hour as metres a second. */
export const kmh = (value: number): number => value / 3.6;

/** A value that does not change. */
export const steady = (value: number): Profile => [[0, value]];

/** The usual camera: a dashcam 1.3 m above the road, looking level. */
export const dashcam = { heightMeters: 1.3, pitchDegrees: 0 } as const;

/** A little wandering in the lane, as every driver does. */
export const wandering = (durationSeconds: number): Profile =>
  [0, 0.12, -0.08, 0.1, -0.14, 0.05, 0].map((offset, index) => [(index * durationSeconds) / 6, offset] as const);

/** Cars at equal distances in one lane, in varying paint and model. */
export function traffic(options: {
  readonly prefix: string;
  readonly count: number;
  readonly firstMeters: number;
  readonly everyMeters: number;
  readonly speedMps: number;
  readonly lateralMeters: number;
}): ActorPlan[] {
  const models: readonly ModelName[] = ['saloon', 'hatchback', 'suv', 'van', 'hatchback', 'saloon', 'suv'];
  return Array.from({ length: options.count }, (_, index) => ({
    actorId: `${options.prefix}-${index + 1}`,
    model: models[(index * 3 + 1) % models.length] ?? 'saloon',
    paint: paints[(index * 2 + options.prefix.length) % paints.length] ?? 'silver',
    // Gaps differ by up to a fifth, so that it looks like traffic and not like a train.
    startMeters: options.firstMeters + options.everyMeters * (index + 0.2 * Math.sin(index * 2.4)),
    speedMps: steady(options.speedMps),
    lateralMeters: steady(options.lateralMeters),
  }));
}
