import { type CarShape, type Corner, overhangMeters } from '../bodies.ts';
import { paintFront, paintRear } from './car-faces.ts';
import { paintTop } from './car-top.ts';
import { bothSides, disc, type Easel, symmetric } from './easel.ts';
import type { PaintTones } from './paint-tones.ts';

const rubber = '#141516';
const tyreMeters = 0.32;

/** Paints a car as seen from behind or, coming towards us, from the front. */
export function paintCar(
  easel: Easel,
  shape: CarShape,
  tones: PaintTones,
  look: { readonly towards: boolean; readonly braking: boolean },
): void {
  shadow(easel, shape);
  underside(easel, shape);
  const half = shape.widthMeters / 2;
  if (easel.cameraMeters > shape.heightMeters) paintTop(easel, shape, tones, look.towards);
  if (Math.abs(easel.lateralMeters) > half * 0.9) flank(easel, shape, tones, easel.lateralMeters > 0 ? -1 : 1, look.towards);
  if (look.towards) paintFront(easel, shape, tones);
  else paintRear(easel, shape, tones, look.braking);
}

function shadow(easel: Easel, { widthMeters, lengthMeters }: CarShape): void {
  const half = widthMeters / 2;
  const ground = (across: number, deep: number): Corner => [across, 0, deep];
  easel.soften(
    [ground(-half - 0.1, -0.25), ground(half + 0.3, -0.25), ground(half + 0.35, lengthMeters), ground(-half - 0.05, lengthMeters)],
    '#000',
    0.12,
    0.5,
  );
  easel.soften(
    [ground(-half + 0.02, -0.02), ground(half + 0.04, -0.02), ground(half, lengthMeters), ground(-half, lengthMeters)],
    '#000',
    0.05,
    0.72,
  );
}

function underside(easel: Easel, { widthMeters, lengthMeters }: CarShape): void {
  const half = widthMeters / 2;
  easel.fill(
    symmetric([
      [half * 0.93, 0.34, 0.3],
      [half * 0.9, 0.1, 0.45],
    ]),
    '#08090a',
  );
  for (const deep of [lengthMeters - overhangMeters, overhangMeters])
    for (const tyre of bothSides([
      [half * 0.68, 0, deep],
      [half * 0.97, 0, deep],
      [half * 0.985, 0.06, deep],
      [half * 0.985, 0.4, deep],
      [half * 0.66, 0.4, deep],
      [half * 0.66, 0.06, deep],
    ]))
      easel.fill(tyre, rubber);
}

/** The side that is turned to the camera; side is -1 for the car's left. */
function flank(easel: Easel, shape: CarShape, tones: PaintTones, side: -1 | 1, towards: boolean): void {
  const { widthMeters, heightMeters, lengthMeters, shoulderMeters, roofShare } = shape;
  const half = (side * widthMeters) / 2;
  const deepOf = (fromRear: number): number => (towards ? lengthMeters - fromRear : fromRear);
  const at = (share: number, up: number, fromRear: number): Corner => [half * share, up, deepOf(fromRear)];
  const [foot, head] = shape.rearWindow;
  const [screenHead, screenFoot] = shape.windscreen;
  const bonnet = shoulderMeters * 0.8;
  const body = easel.gradient(
    at(1, shoulderMeters, 2),
    at(1, 0.2, 2),
    [0, tones.bright],
    [0.25, tones.middle],
    [0.62, tones.middle],
    [1, tones.dark],
  );
  easel.fill(
    [
      at(0.97, 0.24, 0.1),
      at(1, 0.5, 0.02),
      at(1, shoulderMeters * 0.8, 0.06),
      at(0.96, shoulderMeters, 0.16),
      at(0.96, shoulderMeters, screenFoot),
      at(0.96, bonnet + 0.03, lengthMeters - 0.3),
      at(0.96, bonnet - 0.12, lengthMeters - 0.02),
      at(1, 0.45, lengthMeters),
      at(0.97, 0.22, lengthMeters - 0.15),
    ],
    body,
  );
  easel.fill(
    [
      at(0.95, shoulderMeters - 0.01, foot),
      at(roofShare + 0.04, heightMeters - 0.03, head),
      at(roofShare + 0.04, heightMeters - 0.03, screenHead),
      at(0.95, shoulderMeters - 0.01, screenFoot),
    ],
    tones.middle,
  );
  const glass = easel.gradient(at(0.8, heightMeters, 1.5), at(0.95, shoulderMeters, 1.5), [0, '#5d6c77'], [0.5, '#2a3238'], [1, '#12161a']);
  const middle = (foot + screenFoot) / 2;
  const lift = (heightMeters - shoulderMeters) * 0.1;
  for (const [from, to, topFrom, topTo] of [
    [foot + 0.2, middle - 0.06, head + 0.1, middle - 0.1],
    [middle + 0.04, screenFoot - 0.2, middle, screenHead - 0.06],
  ] as const)
    easel.fill(
      [
        at(0.94, shoulderMeters + lift, from),
        at(roofShare + 0.07, heightMeters - 0.1, topFrom),
        at(roofShare + 0.07, heightMeters - 0.1, topTo),
        at(0.94, shoulderMeters + lift, to),
      ],
      glass,
    );
  easel.line([at(1, shoulderMeters * 0.84, 0.3), at(1, shoulderMeters * 0.8, lengthMeters - 0.5)], tones.bright, 0.02, 0.6);
  for (const seam of [middle, screenFoot - 0.15, foot + 0.45])
    easel.line([at(1, 0.3, seam), at(0.97, shoulderMeters, seam)], '#000', 0.012, 0.45);
  easel.fill([at(1, 0.22, 0.9), at(1, 0.32, 0.9), at(1, 0.32, lengthMeters - 0.9), at(1, 0.22, lengthMeters - 0.9)], '#0d0e0f', 0.75);
  for (const axle of [overhangMeters + 0.16, lengthMeters - overhangMeters - 0.16]) {
    easel.fill(disc(half, tyreMeters + 0.03, deepOf(axle), tyreMeters + 0.06), '#060606');
    easel.fill(disc(half * 1.005, tyreMeters, deepOf(axle), tyreMeters), rubber);
    easel.fill(disc(half * 1.01, tyreMeters, deepOf(axle), 0.215), '#85898d');
    for (let spoke = 0; spoke < 5; spoke++) {
      const angle = (spoke * 2 * Math.PI) / 5 + 0.3;
      easel.fill(disc(half * 1.01, tyreMeters + Math.sin(angle) * 0.125, deepOf(axle) + Math.cos(angle) * 0.125, 0.05, 10), '#26282b');
    }
  }
  easel.fill(
    [
      at(1.0, shoulderMeters + 0.02, screenFoot - 0.45),
      at(1.06, shoulderMeters + 0.02, screenFoot - 0.5),
      at(1.06, shoulderMeters + 0.15, screenFoot - 0.5),
      at(1.0, shoulderMeters + 0.15, screenFoot - 0.45),
    ],
    tones.dark,
  );
}
