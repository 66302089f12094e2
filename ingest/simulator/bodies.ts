/** Corner of a body's outline: across from its middle, above the road, and behind its nearest face; metres. */
export type Corner = readonly [across: number, up: number, deep: number];

export interface Body {
  /** COCO's name. */
  readonly class: 'car' | 'truck' | 'bus' | 'motorcycle' | 'bicycle' | 'person';
  readonly widthMeters: number;
  readonly heightMeters: number;
  readonly lengthMeters: number;
  /** What bounds it in any picture. */
  readonly hull: readonly Corner[];
}

/** Where a car's roof begins and ends behind the face that is seen. */
export interface CarShape {
  readonly widthMeters: number;
  readonly heightMeters: number;
  readonly lengthMeters: number;
  readonly shoulderMeters: number;
  /** Half the roof's width as a share of half the body's. */
  readonly roofShare: number;
  /** From the rear face: foot of the rear window, its head, head of the windscreen, its foot. */
  readonly rearWindow: readonly [foot: number, head: number];
  readonly windscreen: readonly [head: number, foot: number];
}

/** Dimensions of usual cars of the segments B, D, C-SUV, and a small van, from their makers' data sheets. */
export const carShapes = {
  hatchback: {
    widthMeters: 1.75,
    heightMeters: 1.45,
    lengthMeters: 4.05,
    shoulderMeters: 0.93,
    roofShare: 0.68,
    rearWindow: [0.18, 0.62],
    windscreen: [2.2, 3.05],
  },
  saloon: {
    widthMeters: 1.83,
    heightMeters: 1.44,
    lengthMeters: 4.75,
    shoulderMeters: 0.96,
    roofShare: 0.64,
    rearWindow: [0.55, 1.3],
    windscreen: [2.6, 3.45],
  },
  suv: {
    widthMeters: 1.86,
    heightMeters: 1.66,
    lengthMeters: 4.5,
    shoulderMeters: 1.05,
    roofShare: 0.72,
    rearWindow: [0.14, 0.5],
    windscreen: [2.5, 3.3],
  },
  van: {
    widthMeters: 1.9,
    heightMeters: 1.92,
    lengthMeters: 4.9,
    shoulderMeters: 1.12,
    roofShare: 0.84,
    rearWindow: [0.05, 0.22],
    windscreen: [3.2, 4.1],
  },
} as const satisfies Record<string, CarShape>;

export type CarModel = keyof typeof carShapes;

/** A rigid box truck of 12 t. */
export const truckShape = { widthMeters: 2.5, heightMeters: 3.5, lengthMeters: 8.2, overhangMeters: 1.4, barFootMeters: 0.46 } as const;

/** A two-axle city bus. */
export const busShape = { widthMeters: 2.55, heightMeters: 3.05, lengthMeters: 12, overhangMeters: 2.7, barFootMeters: 0.34 } as const;

/** A touring motorcycle with its rider, mirrors included. */
export const motorcycleShape = { widthMeters: 0.82, heightMeters: 1.55, lengthMeters: 2.1, wheelMeters: 0.32 } as const;

/** A city bicycle (ISO 4210: wheels of 622 mm) with its rider. */
export const bicycleShape = { widthMeters: 0.56, heightMeters: 1.78, lengthMeters: 1.75, wheelMeters: 0.34 } as const;

/** From either face of a car to where its tyres touch the road, as seen from that side. */
export const overhangMeters = 0.62;
/** Ground clearance under a bumper. */
const bumperFootMeters = 0.2;

/** A grown-up's height; the width is the stride's and follows the walk. */
export const personHeightMeters = 1.75;

export type ModelName = CarModel | 'truck' | 'bus' | 'motorcycle' | 'bicycle' | 'person';

function carBody(shape: CarShape, towards: boolean): Body {
  const { widthMeters, heightMeters, lengthMeters, shoulderMeters, roofShare } = shape;
  const roof: readonly number[] = [shape.rearWindow[1], shape.windscreen[0]];
  const hull: Corner[] = [];
  for (const side of [-1, 1]) {
    const half = (side * widthMeters) / 2;
    for (const deep of [0, lengthMeters]) hull.push([half, bumperFootMeters, deep], [half, shoulderMeters * 0.75, deep]);
    for (const deep of [overhangMeters, lengthMeters - overhangMeters]) hull.push([half * 0.98, 0, deep]);
    for (const deep of roof) hull.push([half * roofShare, heightMeters, towards ? lengthMeters - deep : deep]);
  }
  return { class: 'car', widthMeters, heightMeters, lengthMeters, hull };
}

function boxBody(name: 'truck' | 'bus', shape: typeof truckShape | typeof busShape): Body {
  const { widthMeters, heightMeters, lengthMeters, overhangMeters: overhang, barFootMeters } = shape;
  const hull = [-widthMeters / 2, widthMeters / 2].flatMap((half): Corner[] => [
    ...[0, lengthMeters].flatMap((deep): Corner[] => [
      [half, barFootMeters, deep],
      [half, heightMeters, deep],
    ]),
    [half * 0.97, 0, overhang],
    [half * 0.97, 0, lengthMeters - overhang],
  ]);
  return { class: name, widthMeters, heightMeters, lengthMeters, hull };
}

/** Who rides along the road is bounded by handlebar, shoulders, head and the wheels' feet. */
function riderBody(name: 'motorcycle' | 'bicycle', shape: typeof motorcycleShape | typeof bicycleShape): Body {
  const { widthMeters, heightMeters, lengthMeters, wheelMeters } = shape;
  const half = widthMeters / 2;
  const middle = lengthMeters / 2;
  const hull: Corner[] = [
    [-half, 1.2, middle],
    [half, 1.2, middle],
    [0, heightMeters, middle],
    [-0.06, 0, wheelMeters],
    [0.06, 0, wheelMeters],
  ];
  return { class: name, widthMeters, heightMeters, lengthMeters, hull };
}

/** A bicycle that crosses shows its side. */
function crossingBicycle(): Body {
  const { lengthMeters, heightMeters, widthMeters } = bicycleShape;
  const half = lengthMeters / 2;
  const hull = [-half, half].flatMap((across): Corner[] => [
    [across, 0, 0],
    [across, heightMeters, 0],
  ]);
  return { class: 'bicycle', widthMeters: lengthMeters, heightMeters, lengthMeters: widthMeters, hull };
}

/**
 * How far each foot is from under the hips of somebody who walks across.
 * @param phase Of the step, radians.
 */
export function strideMeters(phase: number): number {
  // Half a step of 0.75 m at 1.4 m/s, less the length of the foot.
  return 0.2 * Math.sin(phase);
}

/** Heel to toe around the ankle, halved; see person-art, which centres the feet by it. */
const footMeters = 0.115;
/** Half of a trunk from the side with an arm, and from behind with both. */
const trunkMeters = { across: 0.18, along: 0.27 } as const;

function personBody(phase: number | undefined): Body {
  const half = phase === undefined ? trunkMeters.along : Math.max(trunkMeters.across, Math.abs(strideMeters(phase)) + footMeters);
  const hull = [-half, half].flatMap((across) => [0, personHeightMeters].map((up): Corner => [across, up, 0]));
  return { class: 'person', widthMeters: 2 * half, heightMeters: personHeightMeters, lengthMeters: 0.3, hull };
}

const away = new Map<ModelName, Body>();
const towardsUs = new Map<ModelName, Body>();
for (const name of Object.keys(carShapes) as CarModel[]) {
  away.set(name, carBody(carShapes[name], false));
  towardsUs.set(name, carBody(carShapes[name], true));
}
const both: readonly (readonly [ModelName, Body])[] = [
  ['truck', boxBody('truck', truckShape)],
  ['bus', boxBody('bus', busShape)],
  ['motorcycle', riderBody('motorcycle', motorcycleShape)],
  ['bicycle', riderBody('bicycle', bicycleShape)],
];
for (const [name, body] of both) {
  away.set(name, body);
  towardsUs.set(name, body);
}
const crossing = crossingBicycle();

/**
 * What an actor is made of.
 * @param towards Whether its front is turned to the camera.
 * @param phase Of the step of a person, or of the pedals of a bicycle, that crosses the road, radians; undefined for who does not.
 */
export function bodyOf(model: ModelName, towards: boolean, phase: number | undefined): Body {
  if (model === 'bicycle' && phase !== undefined) return crossing;
  return (towards ? towardsUs : away).get(model) ?? personBody(phase);
}
