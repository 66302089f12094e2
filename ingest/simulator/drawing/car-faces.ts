import type { CarShape, Corner } from '../bodies.ts';
import { bothSides, type Easel, symmetric } from './easel.ts';
import type { PaintTones } from './paint-tones.ts';

/** Tailgate, lamps and bumper, with the rear window above. */
export function paintRear(easel: Easel, shape: CarShape, tones: PaintTones, braking: boolean): void {
  const { widthMeters, heightMeters, shoulderMeters: shoulder } = shape;
  const half = widthMeters / 2;
  const [foot, head] = shape.rearWindow;
  // The rear is rounded: the more to the side, the farther.
  const at = (share: number, up: number, deep = 0): Corner => [
    half * share,
    up,
    deep + 0.22 * Math.abs(share) ** 5 + Math.max(0, up - 0.6) * 0.12,
  ];
  cabin(easel, shape, tones, false);
  const deck = easel.gradient([0, shoulder + 0.02, foot], [0, shoulder, 0.1], [0, tones.middle], [1, tones.bright]);
  easel.fill(symmetric([[half * 0.93, shoulder + 0.02, foot], at(0.95, shoulder)]), deck);

  const body = easel.gradient(
    [0, shoulder, 0],
    [0, 0.24, 0],
    [0, tones.bright],
    [0.16, tones.middle],
    [0.55, tones.middle],
    [0.62, tones.dark],
    [0.7, tones.middle],
    [1, tones.dark],
  );
  const outer = [
    at(0.84, 0.22),
    at(0.93, 0.3),
    at(0.985, 0.45),
    at(1, 0.58),
    at(0.995, shoulder * 0.82),
    at(0.95, shoulder),
    at(0.6, shoulder + 0.015),
    at(0.2, shoulder + 0.02),
  ];
  easel.fill(symmetric(outer), body);
  const round = easel.gradient(
    [-half, 0.5, 0],
    [half, 0.5, 0],
    [0, 'rgba(0,0,0,.42)'],
    [0.16, 'rgba(0,0,0,.05)'],
    [0.4, 'rgba(255,255,255,.09)'],
    [0.84, 'rgba(0,0,0,.06)'],
    [1, 'rgba(0,0,0,.5)'],
  );
  easel.fill(symmetric(outer), round);
  easel.line(symmetric([at(0.95, shoulder), at(0.5, shoulder + 0.015)]).slice(0, 4), '#fff', 0.015, 0.35);

  // Tailgate: seam, strip over the plate, badge.
  easel.line(
    [at(-0.7, shoulder - 0.02), at(-0.74, 0.52), at(-0.66, 0.47), at(0.66, 0.47), at(0.74, 0.52), at(0.7, shoulder - 0.02)],
    '#000',
    0.014,
    0.5,
  );
  easel.fill(symmetric([at(0.36, shoulder * 0.8), at(0.36, shoulder * 0.76)]), tones.dark, 0.9);
  easel.fill(symmetric([at(0.06, shoulder * 0.92), at(0.06, shoulder * 0.86)]), '#c9ced2');
  plate(easel, shoulder * 0.62, half);

  const lampTop = shoulder * 0.93;
  const lampFoot = shoulder * (heightMeters > 1.55 ? 0.58 : 0.68);
  for (const [side, lamp] of bothSides([
    at(0.7, lampTop - 0.02),
    at(0.96, lampTop - 0.03),
    at(0.995, lampFoot + 0.06),
    at(0.97, lampFoot),
    at(0.76, lampFoot + 0.03),
  ]).entries()) {
    const sign = side === 0 ? -1 : 1;
    easel.fill(lamp, braking ? '#c3161a' : '#8a1216');
    easel.line([...lamp, lamp[0]!], '#2a0606', 0.012, 0.8);
    easel.fill(
      [at(sign * 0.74, lampTop - 0.05), at(sign * 0.94, lampTop - 0.06), at(sign * 0.95, lampTop - 0.13), at(sign * 0.75, lampTop - 0.12)],
      braking ? '#ff6a4d' : '#cf2b2b',
    );
    easel.fill(
      [
        at(sign * 0.77, lampFoot + 0.1),
        at(sign * 0.87, lampFoot + 0.09),
        at(sign * 0.87, lampFoot + 0.04),
        at(sign * 0.78, lampFoot + 0.05),
      ],
      '#e4dcd4',
      0.85,
    );
    easel.fill([at(sign * 0.78, 0.38), at(sign * 0.92, 0.4), at(sign * 0.92, 0.36), at(sign * 0.78, 0.34)], '#8d1114');
    if (!braking) continue;
    easel.glow(at(sign * 0.86, lampTop - 0.09), 0.34, '#ff2a18', 0.75);
    easel.glow(at(sign * 0.86, lampTop - 0.09), 0.12, '#ffb09a', 0.9);
  }

  // Bumper with its unpainted lower part and exhausts.
  easel.line([at(-0.98, 0.5), at(-0.6, 0.47), at(0.6, 0.47), at(0.98, 0.5)], '#000', 0.016, 0.35);
  easel.fill(symmetric([at(0.8, 0.33), at(0.86, 0.24), at(0.74, 0.19)]), '#111214', 0.92);
  for (const pipe of bothSides([at(0.5, 0.24), at(0.64, 0.24), at(0.63, 0.19), at(0.51, 0.19)])) easel.fill(pipe, '#3b3d40');

  const high: Corner[] = symmetric([
    [half * 0.16, heightMeters - 0.05, head],
    [half * 0.16, heightMeters - 0.08, head],
  ]);
  easel.fill(high, braking ? '#ff4030' : '#5e0d10');
  if (braking) easel.glow([0, heightMeters - 0.06, head], 0.2, '#ff2a18', 0.6);
  mirrors(easel, shape, tones, shape.windscreen[1] - 0.45);
}

function plate(easel: Easel, up: number, half: number): void {
  const at = (across: number, height: number): Corner => [Math.max(-half, Math.min(half, across)), height, -0.01];
  easel.fill([at(-0.28, up + 0.06), at(0.28, up + 0.06), at(0.28, up - 0.06), at(-0.28, up - 0.06)], '#1a1b1d');
  easel.fill([at(-0.26, up + 0.05), at(0.26, up + 0.05), at(0.26, up - 0.05), at(-0.26, up - 0.05)], '#eef0ee');
  easel.fill([at(-0.26, up + 0.05), at(-0.22, up + 0.05), at(-0.22, up - 0.05), at(-0.26, up - 0.05)], '#24489c');
  for (const [from, to] of [
    [-0.19, -0.15],
    [-0.135, -0.1],
    [-0.05, -0.01],
    [0.005, 0.045],
    [0.08, 0.115],
    [0.13, 0.165],
    [0.18, 0.215],
  ] as const)
    easel.fill([at(from, up + 0.034), at(to, up + 0.034), at(to, up - 0.034), at(from, up - 0.034)], '#1d1f22', 0.8);
}

/** Pillars, roof edge and the window between them. */
function cabin(easel: Easel, shape: CarShape, tones: PaintTones, towards: boolean): void {
  const { widthMeters, heightMeters, lengthMeters, shoulderMeters: shoulder, roofShare } = shape;
  const half = widthMeters / 2;
  const [foot, head] = towards ? [lengthMeters - shape.windscreen[1], lengthMeters - shape.windscreen[0]] : shape.rearWindow;
  const pillars = easel.gradient([0, heightMeters, head], [0, shoulder, foot], [0, tones.bright], [0.25, tones.middle], [1, tones.dark]);
  const roof = heightMeters - 0.045;
  easel.fill(
    symmetric([
      [half * 0.95, shoulder, foot],
      [half * (roofShare + 0.13), heightMeters - 0.2, head - 0.06],
      [half * (roofShare + 0.03), roof - 0.01, head],
      [half * roofShare * 0.8, heightMeters - 0.008, head + 0.1],
      [half * roofShare * 0.3, heightMeters, head + 0.1],
    ]),
    pillars,
  );
  const sill = shoulder + (towards ? 0.015 : 0.05);
  const frame = symmetric([
    [half * 0.82, sill, foot + 0.02],
    [half * (roofShare - 0.03), heightMeters - 0.135, head - 0.03],
    [half * (roofShare - 0.12), heightMeters - 0.105, head - 0.02],
    [half * 0.2, heightMeters - 0.095, head - 0.02],
  ]);
  const glass = easel.gradient(
    [0, heightMeters - 0.1, head],
    [0, sill, foot],
    [0, '#71828e'],
    [0.3, '#46535c'],
    [0.62, '#262e34'],
    [1, '#14191d'],
  );
  easel.fill(frame, '#0a0b0c');
  easel.fill(frame, glass, 0.94);
  // Head restraints, and what shines through from the other side.
  const inside = foot + (head - foot) * 0.5;
  const rise = heightMeters - shoulder;
  for (const across of [-0.42, 0.42])
    easel.fill(
      [
        [across * half - 0.12, shoulder + rise * 0.16, inside],
        [across * half - 0.11, shoulder + rise * 0.46, inside],
        [across * half + 0.11, shoulder + rise * 0.46, inside],
        [across * half + 0.12, shoulder + rise * 0.16, inside],
      ],
      '#0b0d0f',
      0.55,
    );
  easel.fill(
    [
      [-half * 0.55, shoulder + rise * 0.14, foot],
      [-half * 0.34, heightMeters - 0.12, head],
      [-half * 0.08, heightMeters - 0.11, head],
      [-half * 0.3, shoulder + rise * 0.14, foot],
    ],
    '#fff',
    0.1,
  );
  easel.line(
    [
      [-half * (roofShare - 0.06), heightMeters - 0.03, head],
      [0, heightMeters - 0.012, head],
      [half * (roofShare - 0.06), heightMeters - 0.03, head],
    ],
    '#fff',
    0.014,
    0.4,
  );
}

function mirrors(easel: Easel, { widthMeters, shoulderMeters }: CarShape, tones: PaintTones, deep: number): void {
  const half = widthMeters / 2;
  for (const mirror of bothSides([
    [half * 0.95, shoulderMeters + 0.04, deep],
    [half + 0.05, shoulderMeters + 0.03, deep],
    [half + 0.06, shoulderMeters + 0.15, deep],
    [half * 0.98, shoulderMeters + 0.16, deep],
  ]))
    easel.fill(mirror, tones.dark);
}

/** Bonnet, grille and lamps, with the windscreen above. */
export function paintFront(easel: Easel, shape: CarShape, tones: PaintTones): void {
  const { widthMeters, lengthMeters, shoulderMeters: shoulder } = shape;
  const half = widthMeters / 2;
  const nose = shoulder * 0.8;
  const screen = lengthMeters - shape.windscreen[1];
  const at = (share: number, up: number, deep = 0): Corner => [
    half * share,
    up,
    deep + 0.3 * Math.abs(share) ** 5 + Math.max(0, up - 0.55) * 0.3,
  ];
  cabin(easel, shape, tones, true);
  const bonnet = easel.gradient([0, shoulder, screen], [0, nose, 0.1], [0, tones.middle], [1, tones.bright]);
  easel.fill(symmetric([[half * 0.95, shoulder, screen], at(0.97, nose - 0.02, 0.05), at(0.5, nose, 0.02)]), bonnet);
  for (const crease of bothSides([[half * 0.6, shoulder, screen], at(0.48, nose, 0.03)])) easel.line(crease, '#fff', 0.02, 0.25);
  const body = easel.gradient([0, nose, 0], [0, 0.22, 0], [0, tones.bright], [0.2, tones.middle], [0.7, tones.middle], [1, tones.dark]);
  const outer = [
    at(0.84, 0.2),
    at(0.94, 0.28),
    at(0.99, 0.45),
    at(1, 0.58),
    at(0.97, nose - 0.02),
    at(0.5, nose + 0.01),
    at(0.1, nose + 0.015),
  ];
  easel.fill(symmetric(outer), body);
  const round = easel.gradient(
    [-half, 0.5, 0],
    [half, 0.5, 0],
    [0, 'rgba(0,0,0,.4)'],
    [0.18, 'rgba(0,0,0,0)'],
    [0.82, 'rgba(0,0,0,.04)'],
    [1, 'rgba(0,0,0,.46)'],
  );
  easel.fill(symmetric(outer), round);
  easel.fill(symmetric([at(0.5, nose - 0.07), at(0.54, nose - 0.12), at(0.44, nose - 0.26)]), '#101113');
  for (const bar of [0.11, 0.16, 0.21]) easel.line([at(-0.48, nose - bar), at(0.48, nose - bar)], '#50565b', 0.012, 0.7);
  easel.fill(symmetric([at(0.07, nose - 0.11), at(0.07, nose - 0.19)]), '#c6ccd1');
  easel.fill(symmetric([at(0.72, 0.36), at(0.78, 0.28), at(0.66, 0.22)]), '#0e0f11');
  plate(easel, 0.42, half);
  for (const [side, lamp] of bothSides([
    at(0.6, nose - 0.09),
    at(0.95, nose - 0.04),
    at(0.99, nose - 0.1),
    at(0.94, nose - 0.2),
    at(0.66, nose - 0.19),
  ]).entries()) {
    const sign = side === 0 ? -1 : 1;
    easel.fill(lamp, '#30363b');
    easel.fill(
      [at(sign * 0.68, nose - 0.1), at(sign * 0.92, nose - 0.07), at(sign * 0.92, nose - 0.17), at(sign * 0.7, nose - 0.17)],
      '#dfe6ea',
    );
    easel.line([at(sign * 0.66, nose - 0.185), at(sign * 0.94, nose - 0.185)], '#ffffff', 0.025);
    easel.glow(at(sign * 0.82, nose - 0.13), 0.2, '#fff6e0', 0.55);
    easel.fill([at(sign * 0.72, 0.34), at(sign * 0.84, 0.35), at(sign * 0.84, 0.29), at(sign * 0.74, 0.28)], '#5b6064');
  }
  mirrors(easel, shape, tones, lengthMeters - shape.windscreen[1] + 0.4);
}
