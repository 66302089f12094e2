import type { CarShape, Corner } from '../bodies.ts';
import { type Easel, symmetric } from './easel.ts';
import type { PaintTones } from './paint-tones.ts';

/** What a camera above the roof sees besides: the far bonnet or boot, the far window, and the roof. Painted before flank and face. */
export function paintTop(easel: Easel, shape: CarShape, tones: PaintTones, towards: boolean): void {
  const { widthMeters, heightMeters, lengthMeters, shoulderMeters: shoulder, roofShare } = shape;
  const half = widthMeters / 2;
  const deepOf = (fromRear: number): number => (towards ? lengthMeters - fromRear : fromRear);
  const band = (across: number, up: number, fromRear: number): Corner => [half * across, up, deepOf(fromRear)];
  const [rearFoot, rearHead] = shape.rearWindow;
  const [screenHead, screenFoot] = shape.windscreen;
  const nose = shoulder * 0.8;

  const bonnet = [band(0.93, nose, lengthMeters - 0.08), band(0.97, shoulder - 0.02, screenFoot)];
  const boot = [band(0.93, shoulder, 0.06), band(0.95, shoulder, rearFoot)];
  const sheen = (from: Corner, to: Corner) => easel.gradient(from, to, [0, tones.bright], [0.5, tones.middle], [1, tones.bright]);
  for (const deck of [bonnet, boot]) easel.fill(symmetric(deck), sheen(band(-1, shoulder, 2), band(1, shoulder, 2)));

  const roof = heightMeters - 0.01;
  const windscreen = [band(0.93, shoulder, screenFoot), band(roofShare - 0.01, roof - 0.03, screenHead)];
  const rear = [band(0.9, shoulder, rearFoot), band(roofShare - 0.01, roof - 0.03, rearHead)];
  for (const glass of [windscreen, rear]) easel.fill(symmetric(glass), '#1c2328');

  const edge = roofShare + 0.04;
  easel.fill(
    symmetric([
      band(edge * 0.9, roof, rearHead - 0.02),
      band(edge, roof - 0.02, rearHead + 0.2),
      band(edge, roof - 0.02, screenHead - 0.2),
      band(edge * 0.9, roof, screenHead + 0.02),
    ]),
    easel.gradient(
      band(-edge, roof, 2),
      band(edge, roof, 2),
      [0, tones.middle],
      [0.35, tones.bright],
      [0.7, tones.middle],
      [1, tones.dark],
    ),
  );
  for (const side of [-0.8, 0.8])
    easel.line([band(edge * side, roof, rearHead + 0.1), band(edge * side, roof, screenHead - 0.1)], '#000', 0.02, 0.3);
}
