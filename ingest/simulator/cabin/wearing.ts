import type { Part } from './head.ts';
import { band, limb, type Place } from './solids.ts';
import { type Colour, canvasOf, plain, textureOf } from './textures.ts';

export type Glasses = 'clear' | 'dark';

/** Middle of a lens, its radii, and how far back its outer rim is bent; cm. */
const lens = { x: 3.3, y: 2.35, radiusX: 2.55, radiusY: 1.95, front: 5.7, bend: 0.14 };
const rimWidth = 0.26;

/** Rims, bridge, temples and lenses; they turn with the head. Lenses come last, since one looks through them. */
export function glassesParts(glasses: Glasses, isInfrared: boolean): Part[] {
  const frame = plain({ r: 30, g: 28, b: 30 }, isInfrared);
  const sides = [-1, 1] as const;
  const rims = sides.map((side) => ({ solid: band(lensRim(side, 0), lensRim(side, rimWidth)), texture: frame }));
  const bridge = { solid: band(bridgeLine(0.16), bridgeLine(-0.16)), texture: frame };
  const temples = sides.map((side) => ({ solid: band(templeLine(side, 0.25), templeLine(side, -0.2)), texture: frame }));
  const lenses = sides.map((side) => ({ solid: lensSolid(side), texture: paintLens(glasses, isInfrared) }));
  return [...rims, bridge, ...temples, ...lenses];
}

/** Once around, seen from in front. */
function lensRim(side: number, wider: number): Place[] {
  return Array.from({ length: 33 }, (_, step) => {
    const round = (2 * Math.PI * step) / 32;
    return onLens(side, (lens.radiusX + wider) * Math.cos(round), (lens.radiusY + wider) * Math.sin(round));
  });
}

function onLens(side: number, x: number, y: number): Place {
  return [lens.x * side + x, lens.y + y, lens.front - lens.bend * (lens.x + x * side)];
}

function bridgeLine(up: number): Place[] {
  const end = lens.x - lens.radiusX;
  return [-end, -end / 2, 0, end / 2, end].map((x) => [x, lens.y + 0.75 + up + (Math.abs(x) < end ? 0.12 : 0), lens.front + 0.1]);
}

/** From the hinge to the ear; each side shows its outside. */
function templeLine(side: number, up: number): Place[] {
  const line: Place[] = [
    [(lens.x + lens.radiusX) * side, lens.y + 0.6 + up, lens.front - lens.bend * (lens.x + lens.radiusX)],
    [7.6 * side, lens.y + 0.6 + up, 2],
    [8.3 * side, lens.y + 0.3 + up, -3.5],
  ];
  return side > 0 ? line : line.toReversed();
}

function lensSolid(side: number) {
  const rows = 12;
  const at = (row: number, aside: -1 | 1): Place => {
    const y = lens.radiusY * (1 - (2 * row) / rows);
    const half = lens.radiusX * Math.sqrt(Math.max(0, 1 - (y / lens.radiusY) ** 2));
    return onLens(side, half * aside, y);
  };
  const lines = ([1, -1] as const).map((aside) => Array.from({ length: rows + 1 }, (_, row) => at(row, aside)));
  const solid = band(lines[0]!, lines[1]!);
  for (let point = 0; point < solid.u.length; point++) {
    solid.u[point] = ((solid.points[point * 3]! - lens.x * side) / lens.radiusX / 2 + 0.5) * (lensTexture - 1);
    solid.v[point] = (0.5 - (solid.points[point * 3 + 1]! - lens.y) / lens.radiusY / 2) * (lensTexture - 1);
  }
  return solid;
}

const lensTexture = 64;

/** A slight tint with the windscreen's reflection, or nearly black. */
function paintLens(glasses: Glasses, isInfrared: boolean) {
  const { canvas, context } = canvasOf(lensTexture, lensTexture);
  context.fillStyle = glasses === 'dark' ? 'rgba(12,13,16,0.94)' : 'rgba(190,205,215,0.10)';
  context.fillRect(0, 0, lensTexture, lensTexture);
  context.filter = 'blur(2px)';
  context.fillStyle = glasses === 'dark' ? 'rgba(150,165,180,0.35)' : 'rgba(235,242,248,0.38)';
  context.beginPath();
  for (const [x, y] of [
    [6, 6],
    [22, 2],
    [10, 34],
    [2, 34],
  ] as const)
    context.lineTo(x, y);
  context.fill();
  return textureOf(canvas, context, isInfrared);
}

/** Two hands that rub the face, with the forearms below them, where they are with the face wholly hidden; cm from the head's middle. */
export function handParts(skin: Colour, sleeve: Colour, isInfrared: boolean): Part[] {
  const skinTexture = plain(skin, isInfrared);
  const sleeveTexture = plain(sleeve, isInfrared);
  const parts: Part[] = [];
  for (const side of [-1, 1]) {
    for (let finger = 0; finger < 4; finger++) {
      const x = side * (1 + 1.75 * finger);
      const length = [6.2, 7.4, 7, 5.2][finger]!;
      parts.push({ solid: limb([x, -1.5, 9.6], [x * 0.86, -1.5 + length, 9.4 - 0.25 * finger], 0.88, fingerShade), texture: skinTexture });
    }
    parts.push({ solid: limb([side * 3.4, -6, 9.2], [side * 3.7, -1, 9.3], 3.4, palmShade), texture: skinTexture });
    parts.push({ solid: limb([side * 0.6, -5, 10], [side * 0.5, 0, 10.4], 0.95, fingerShade), texture: skinTexture });
    parts.push({ solid: limb([side * 4.2, -11, 8.4], [side * 9, -34, 2], 3.1, fingerShade), texture: sleeveTexture });
  }
  return parts;
}

const fingerShade = ([x]: Place): number => 0.98 - 0.3 * Math.abs(x) ** 3;
const palmShade = ([x, y]: Place): number => 0.92 - 0.15 * x * x - 0.08 * y * y;
export const handsBelow = 36;
