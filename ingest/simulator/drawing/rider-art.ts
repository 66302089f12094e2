import { bicycleShape, type Corner, motorcycleShape } from '../bodies.ts';
import type { Paint } from '../scenario.ts';
import { bothSides, disc, type Easel, symmetric } from './easel.ts';
import { paintTones } from './paint-tones.ts';
import { outfits, oval, shaded, skin } from './person-art.ts';

const rubber = '#141516';

interface Look {
  readonly towards: boolean;
  readonly braking: boolean;
  /** 1 rides to the right, -1 to the left, 0 along the road. */
  readonly facing: -1 | 0 | 1;
  /** Of the pedals, radians. */
  readonly phase: number;
}

/** Paints a motorcycle and its rider from behind or from the front. */
export function paintMotorcycle(easel: Easel, paint: Paint, { towards, braking }: Look): void {
  const tones = paintTones[paint];
  const { lengthMeters, wheelMeters } = motorcycleShape;
  shadow(easel, 0.35, lengthMeters);
  const seat = lengthMeters / 2;
  wheelFromEnd(easel, wheelMeters, 0.08, 2 * wheelMeters);
  for (const boot of bothSides([
    [0.16, 0.5, seat],
    [0.28, 0.42, seat],
    [0.28, 0.25, seat - 0.1],
    [0.16, 0.28, seat - 0.1],
  ]))
    easel.fill(boot, '#17181a');
  for (const leg of bothSides([
    [0.12, 0.9, seat],
    [0.31, 0.72, seat],
    [0.22, 0.4, seat],
  ]))
    easel.line(leg, '#24272b', 0.17);
  const tailpiece = easel.gradient([0, 1, 0.4], [0, 0.5, 0.4], [0, tones.bright], [0.5, tones.middle], [1, tones.dark]);
  easel.fill(
    symmetric([
      [0.12, 0.52, 0.3],
      [0.2, 0.66, 0.4],
      [0.19, 0.86, 0.4],
      [0.1, 0.95, 0.4],
    ]),
    tailpiece,
  );
  for (const pannier of bothSides([
    [0.2, 0.84, 0.35],
    [0.38, 0.82, 0.35],
    [0.37, 0.5, 0.35],
    [0.2, 0.5, 0.35],
  ]))
    easel.fill(pannier, towards ? tones.dark : '#2b2e32');
  for (const arm of bothSides([
    [0.2, 1.28, seat],
    [0.33, 1.05, seat + 0.2],
    [0.38, 1.0, seat + 0.4],
  ]))
    easel.line(arm, '#2c3036', 0.12);
  for (const mirror of bothSides([
    [0.34, 1.1, seat + 0.5],
    [0.41, 1.1, seat + 0.5],
    [0.41, 1.2, seat + 0.5],
    [0.33, 1.2, seat + 0.5],
  ]))
    easel.fill(mirror, '#15171a');
  torso(easel, seat, '#33383e', 0.86, 1.36, 0.235);
  easel.fill(ovalAt(1.43, 0.125, 0.12, seat), tones.middle);
  easel.fill(ovalAt(1.46, 0.1, 0.07, seat), tones.bright, 0.5);
  if (towards) {
    easel.fill(ovalAt(1.42, 0.1, 0.05, seat - 0.1), '#0d1013');
    easel.fill(
      symmetric([
        [0.17, 0.78, 0.2],
        [0.2, 1.05, 0.3],
        [0.1, 1.2, 0.4],
      ] satisfies Corner[]),
      tones.middle,
    );
    easel.fill(ovalAt(0.95, 0.11, 0.09, 0.1), '#e8edf0');
    easel.glow([0, 0.95, 0.1], 0.3, '#fff6e0', 0.7);
    return;
  }
  easel.fill(
    symmetric([
      [0.11, 0.84, 0],
      [0.11, 0.76, 0],
    ] satisfies Corner[]),
    braking ? '#ff4a35' : '#a8191b',
  );
  if (braking) easel.glow([0, 0.8, 0], 0.3, '#ff2a18', 0.7);
  easel.fill(
    symmetric([
      [0.1, 0.68, 0],
      [0.1, 0.54, 0],
    ] satisfies Corner[]),
    '#eef0ee',
  );
}

/** Paints a bicycle and its rider from behind, from the front, or from the side. */
export function paintBicycle(easel: Easel, paint: Paint, look: Look): void {
  if (look.facing === 0) bicycleAlong(easel, paint, look);
  else bicycleAcross(easel, paint, look.facing, look.phase);
}

function bicycleAlong(easel: Easel, paint: Paint, { towards, phase }: Look): void {
  const { coat, trousers, hair } = outfits[paint];
  const { lengthMeters, wheelMeters } = bicycleShape;
  const seat = lengthMeters / 2;
  shadow(easel, 0.25, lengthMeters);
  wheelFromEnd(easel, wheelMeters, 0.03, 2 * wheelMeters);
  // Mudguard, carrier and the frame's tubes above the wheel.
  easel.line(
    [
      [0, 0.62, 0.3],
      [0, 0.9, 0.6],
    ],
    '#33383d',
    0.05,
  );
  for (const stay of bothSides([
    [0.07, 0.34, wheelMeters],
    [0.05, 0.75, 0.45],
  ] satisfies Corner[]))
    easel.line(stay, '#5d646a', 0.02);
  for (const side of [-1, 1] as const) {
    // One pedal is up while the other is down.
    const down = 0.27 + side * 0.17 * Math.sin(phase);
    easel.line(
      [
        [side * 0.11, 0.92, seat],
        [side * 0.15, 0.5 + (down - 0.27) * 0.6, seat],
        [side * 0.13, down, seat],
      ],
      side > 0 ? trousers : shaded(trousers),
      0.13,
    );
    easel.line(
      [
        [side * 0.13, down - 0.02, seat],
        [side * 0.14, down - 0.06, seat],
      ],
      '#17181a',
      0.1,
    );
    easel.line(
      [
        [side * 0.18, 1.38, seat],
        [side * 0.25, 1.15, seat + 0.2],
        [side * 0.25, 1.03, seat + 0.45],
      ],
      shaded(coat),
      0.09,
    );
  }
  easel.line(
    [
      [-0.27, 1.02, seat + 0.5],
      [0.27, 1.02, seat + 0.5],
    ],
    '#22262a',
    0.035,
  );
  torso(easel, seat, coat, 0.86, 1.47, 0.21);
  easel.line(
    [
      [0, 1.45, seat],
      [0, 1.55, seat],
    ],
    skin,
    0.1,
  );
  easel.fill(ovalAt(1.63, 0.085, 0.115, seat), skin);
  easel.fill(ovalAt(towards ? 1.69 : 1.645, 0.092, towards ? 0.07 : 0.105, seat), hair);
  if (!towards) easel.fill(ovalAt(0.62, 0.035, 0.03, 0), '#c3161a');
}

function bicycleAcross(easel: Easel, paint: Paint, facing: -1 | 1, phase: number): void {
  const { coat, trousers, hair } = outfits[paint];
  const { lengthMeters, wheelMeters: radius } = bicycleShape;
  const at = (along: number, up: number): Corner => [along * facing, up, 0];
  const half = lengthMeters / 2;
  const [rear, front] = [-half + radius, half - radius];
  easel.soften(
    [
      [-half, 0, -0.08],
      [half, 0, -0.08],
      [half + 0.2, 0, 0.2],
      [-half, 0, 0.2],
    ],
    '#000',
    0.05,
    0.5,
  );
  const wheel = (along: number): void => {
    const rim = disc(0, radius, 0, radius - 0.02, 32).map(([, up, deep]): Corner => at(along + deep, up));
    easel.line([...rim, rim[0]!], rubber, 0.04);
    for (let spoke = 0; spoke < 7; spoke++) {
      const angle = phase * 1.6 + (spoke * 2 * Math.PI) / 7;
      easel.line(
        [at(along, radius), at(along + Math.cos(angle) * radius * 0.92, radius + Math.sin(angle) * radius * 0.92)],
        '#9aa0a5',
        0.008,
        0.7,
      );
    }
  };
  const crank = at(-0.06, 0.28);
  const pedal = (turn: number): Corner => at(-0.06 + 0.17 * Math.cos(turn), 0.28 + 0.17 * Math.sin(turn));
  // Knees bend between the hip and the pedal.
  const leg = (turn: number, colour: string): void => {
    const [foot, up] = pedal(turn);
    const hip = at(-0.2, 0.95);
    const knee: Corner = [(hip[0] + foot) / 2 + 0.2 * facing, (hip[1] + up) / 2 + 0.1, 0];
    easel.line([hip, knee, [foot, up + 0.06, 0]], colour, 0.13);
    easel.line(
      [
        [foot - 0.05 * facing, up + 0.02, 0],
        [foot + 0.13 * facing, up + 0.02, 0],
      ],
      '#17181a',
      0.08,
    );
  };
  leg(-phase + Math.PI, shaded(trousers));
  wheel(rear);
  wheel(front);
  const frame = paintTones[paint].middle;
  for (const tube of [
    [at(rear, radius), crank, at(-0.22, 0.84), at(rear, radius)],
    [crank, at(front - 0.18, 0.78), at(-0.2, 0.76)],
    [at(front, radius), at(front - 0.2, 0.92), at(front - 0.16, 1.04)],
  ])
    easel.line(tube, frame, 0.035);
  easel.line([at(front - 0.16, 1.04), at(front - 0.3, 1.06)], '#22262a', 0.035);
  easel.line([at(-0.33, 0.9), at(-0.08, 0.9)], '#17181a', 0.06);
  leg(-phase, trousers);
  const back = [at(-0.3, 0.9), at(-0.27, 1.2), at(-0.05, 1.46), at(0.1, 1.42), at(0.08, 1.15), at(-0.08, 0.9)];
  easel.fill(back, coat);
  easel.line([at(0.03, 1.36), at(0.18, 1.14), at(front - 0.3, 1.07)], shaded(coat), 0.09);
  easel.line([at(0.05, 1.44), at(0.1, 1.54)], skin, 0.1);
  easel.fill(oval(at(0.12, 1.635), 0.09, 0.12), skin);
  easel.fill(oval(at(0.095, 1.69), 0.1, 0.085), hair);
}

function shadow(easel: Easel, half: number, lengthMeters: number): void {
  easel.soften(
    [
      [-half, 0, 0],
      [half + 0.2, 0, 0],
      [half + 0.2, 0, lengthMeters],
      [-half, 0, lengthMeters],
    ],
    '#000',
    0.08,
    0.6,
  );
}

function wheelFromEnd(easel: Easel, deep: number, half: number, tall: number): void {
  easel.fill(
    symmetric([
      [half * 0.8, 0, deep],
      [half, 0.05, deep],
      [half, tall - 0.05, deep],
      [half * 0.7, tall, deep],
    ] satisfies Corner[]),
    rubber,
  );
}

function torso(easel: Easel, deep: number, coat: string, from: number, to: number, half: number): void {
  const shape = symmetric([
    [half * 0.7, from, deep],
    [half * 0.85, from + 0.15, deep],
    [half, to - 0.14, deep],
    [half * 0.8, to - 0.03, deep],
    [half * 0.3, to, deep],
  ]);
  easel.fill(shape, coat);
  easel.fill(
    shape,
    easel.gradient([-half, to, deep], [half, to, deep], [0, 'rgba(255,255,255,.14)'], [0.5, 'rgba(0,0,0,0)'], [1, 'rgba(0,0,0,.34)']),
  );
}

function ovalAt(up: number, wide: number, tall: number, deep: number): Corner[] {
  return oval([0, up, 0], wide, tall).map(([across, height]): Corner => [across, height, deep]);
}
