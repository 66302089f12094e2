/** What a class of road user is to the tracker, the ranging and the path. */
export interface RoadUser {
  /** Detectors mix up the classes within a group; a track may change among them. */
  readonly group: 'vehicle' | 'vulnerable' | 'sign' | 'light';
  /** Of the body, without mirrors; undefined where it says nothing about the distance. */
  readonly widthMeters?: number;
  /** One sigma of the width, relative. */
  readonly widthSpread?: number;
  readonly heightMeters: number;
  readonly heightSpread: number;
  /** Half of what it takes up across the road. */
  readonly halfWidthMeters: number;
}

// Spreads hold what remains of the detectors' own bias (box-bias.ts) too.
const roadUsers: Readonly<Record<string, RoadUser>> = {
  // Width: Transport & Environment, 2024: new cars in the EU 1.803 m on average. Height: 1.40 m saloon to 1.70 m SUV.
  car: { group: 'vehicle', widthMeters: 1.8, widthSpread: 0.08, heightMeters: 1.5, heightSpread: 0.1, halfWidthMeters: 0.9 },
  // COCO calls pick-ups and vans (2.0 m) trucks as well as lorries (2.55 m, Directive 96/53/EC).
  truck: { group: 'vehicle', widthMeters: 2.35, widthSpread: 0.15, heightMeters: 2.9, heightSpread: 0.3, halfWidthMeters: 1.25 },
  // Directive 96/53/EC: at most 2.55 m; nearly all are that wide.
  bus: { group: 'vehicle', widthMeters: 2.55, widthSpread: 0.08, heightMeters: 3.1, heightSpread: 0.12, halfWidthMeters: 1.28 },
  // Two-wheelers and people turn, and swing arms and legs: only their height is of use. Annotators leave the rider out or in.
  motorcycle: { group: 'vulnerable', heightMeters: 1.3, heightSpread: 0.2, halfWidthMeters: 0.4 },
  bicycle: { group: 'vulnerable', heightMeters: 1.15, heightSpread: 0.2, halfWidthMeters: 0.35 },
  // NCD-RisC, eLife 5 (2016): adults 1.59 m (women) and 1.71 m (men); children and shoes in the spread.
  person: { group: 'vulnerable', heightMeters: 1.68, heightSpread: 0.12, halfWidthMeters: 0.3 },
  // Hang above the road: no ground contact, never in the way.
  'traffic light': { group: 'light', heightMeters: 0.9, heightSpread: 0.3, halfWidthMeters: 0 },
  'stop sign': { group: 'sign', heightMeters: 0.75, heightSpread: 0.15, halfWidthMeters: 0 },
};

/** @returns Undefined for a class that nothing on the road has. */
export function roadUserOf(className: string): RoadUser | undefined {
  return Object.hasOwn(roadUsers, className) ? roadUsers[className] : undefined;
}
