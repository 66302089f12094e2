import { createCanvas, Path2D, type SKRSContext2D } from '@napi-rs/canvas';
import type { Box } from '../../../schemas/messages.ts';
import { project } from '../camera.ts';
import { isHanging, type PlacedSign, type SignShape, signShape } from '../road-signs.ts';
import type { LightState, RoadKind, SignPlan } from '../scenario.ts';
import type { Moment } from '../world.ts';
import type { Atmosphere } from './atmosphere.ts';
import { draw, halved, type Picture, type Shade, type Sprite, spriteOf } from './sprite.ts';

/** Glyphs as strokes in a box 60 wide and 100 high, after DIN 1451; drawn so that no font is needed. */
const glyphs: Record<string, string> = {
  0: 'M30 8 C50 8 52 26 52 50 C52 74 50 92 30 92 C10 92 8 74 8 50 C8 26 10 8 30 8 Z',
  1: 'M14 28 L34 8 L34 100',
  2: 'M9 32 C9 0 51 0 51 32 C51 52 28 64 9 92 L54 92',
  3: 'M9 24 C12 2 50 2 50 29 C50 46 38 48 24 48 C40 48 52 54 52 70 C52 99 10 99 8 74',
  4: 'M38 0 L8 68 L56 68 M41 44 L41 100',
  5: 'M50 8 L15 8 L12 46 C24 34 52 36 52 64 C52 99 12 99 8 74',
  6: 'M42 6 C18 34 8 48 8 66 C8 101 52 101 52 66 C52 38 22 34 11 56',
  7: 'M5 8 L51 8 L24 100',
  8: 'M30 47 C8 44 8 8 30 8 C52 8 52 44 30 47 C4 50 4 92 30 92 C56 92 56 50 30 47 Z',
  9: 'M18 94 C42 66 52 52 52 34 C52 -1 8 -1 8 34 C8 62 38 66 49 44',
  S: 'M50 26 C46 1 10 1 10 28 C10 52 50 46 50 72 C50 99 12 99 8 74',
  T: 'M2 8 L58 8 M30 8 L30 100',
  O: 'M30 8 C50 8 52 26 52 50 C52 74 50 92 30 92 C10 92 8 74 8 50 C8 26 10 8 30 8 Z',
  P: 'M12 100 L12 8 L30 8 C56 8 56 54 30 54 L12 54',
};

/** Pixels of a face's height: as large as 7 m away. */
const facePx = 96;
/** Traffic red and black (RAL 3020, 9017), weathered a little. */
const red = '#c1272d';
const black = '#1d1d1b';
const white = '#f2f2ee';
const lightColours: Record<LightState, string> = { red: '#ff3524', amber: '#ffb31f', green: '#3dffb0' };

/** Signs and lights, painted when first needed and kept. */
export class SignBoards {
  readonly #road: RoadKind;
  readonly #sprites = new Map<string, readonly Sprite[]>();

  constructor(road: RoadKind) {
    this.#road = road;
  }

  draw(picture: Picture, moment: Moment, sign: PlacedSign, atmosphere: Atmosphere | undefined): void {
    const { plan, state, facePx: face } = sign;
    const [x1, y1, x2, y2] = face;
    if (x2 < 0 || x1 > picture.width || y2 < 0) return;
    const key = `${plan.class} ${'value' in plan ? plan.value : ''} ${state}`;
    let sizes = this.#sprites.get(key);
    if (!sizes) {
      sizes = painted(plan, state, signShape(plan, this.#road), isHanging(plan, this.#road));
      this.#sprites.set(key, sizes);
    }
    const sprite = sizes.find(({ luma, body }) => luma.height * (body[3] - body[1]) <= (y2 - y1) * 1.3) ?? sizes.at(-1)!;
    const shade = atmosphere?.shadeAt(sign.distanceMeters, (x1 + x2) / 2);
    draw(picture, sprite, face, shade && atmosphere ? retroreflective(shade, plan, atmosphere) : undefined);
    if (state) this.#shine(picture, moment, sign, state, atmosphere);
  }

  /** A lit lens shines whatever the light is; a halo shows that it is lit. */
  #shine(
    picture: Picture,
    moment: Moment,
    { plan, distanceMeters, lateralMeters }: PlacedSign,
    state: LightState,
    atmosphere?: Atmosphere,
  ): void {
    const { middleMeters } = signShape(plan, this.#road);
    const { x, y, scale } = project(moment.camera, lateralMeters, middleMeters + lensUp[state], distanceMeters);
    const shine = atmosphere ? 0.4 + 0.6 * atmosphere.lampContrast * atmosphere.clearness(distanceMeters) : 0.4;
    const [u, v] = lightChroma[state];
    for (const [radius, opacity] of [
      [Math.max(1.2, 0.1 * scale), 1],
      [Math.max(2, 0.34 * scale), 0.35 * shine],
    ] as const)
      disc(picture, x, y, radius, lightLumas[state], u, v, opacity);
  }
}

const lensUp: Record<LightState, number> = { red: 0.3, amber: 0, green: -0.3 };
const lightLumas: Record<LightState, number> = { red: 128, amber: 182, green: 186 };
const lightChroma: Record<LightState, readonly [u: number, v: number]> = { red: [100, 218], amber: [44, 168], green: [126, 54] };

/** A sign throws the headlamps' light back to them (EN 12899-1), so it is brighter than what stands beside it. */
function retroreflective(shade: Shade, plan: SignPlan, { lampContrast }: Atmosphere): Shade {
  if (plan.class === 'traffic-light') return shade;
  const more = 0.5 * (lampContrast - 0.25) * (shade.chromaGain / 256) * (256 - shade.lumaGain);
  return { ...shade, lumaGain: shade.lumaGain + more, lumaOffset: Math.max(0, shade.lumaOffset - (16 * more) / 256) };
}

/** A face with what holds it, in halving sizes. */
function painted(
  plan: SignPlan,
  state: LightState | undefined,
  { widthMeters, heightMeters, middleMeters }: SignShape,
  hangs: boolean,
): Sprite[] {
  const scale = facePx / heightMeters;
  const face = { width: widthMeters * scale, height: facePx };
  const margin = 16;
  const isGantry = plan.class === 'gantry';
  const below = hangs && !isGantry ? 0 : (middleMeters - heightMeters / 2) * scale;
  const above = hangs ? 0.4 * scale : 0;
  const even = (pixels: number): number => 16 * Math.ceil(pixels / 16);
  const [width, height] = [even(face.width + 2 * margin + (hangs ? 4 * scale : 0)), even(above + face.height + below + 2 * margin)];
  const context = createCanvas(width, height).getContext('2d');
  // What hangs above the road has its arm to the right.
  const left = hangs && !isGantry ? margin : (width - face.width) / 2;
  const top = margin + above;
  const body: Box = [left, top, left + face.width, top + face.height];
  context.fillStyle = '#8b9094';
  const pole = 0.045 * scale;
  if (isGantry) {
    context.fillRect(margin, margin + above, width - 2 * margin, 0.5 * scale);
    for (const post of [margin, width - margin - 0.4 * scale])
      context.fillRect(post, margin + above, 0.4 * scale, height - 2 * margin - above);
  } else if (hangs) context.fillRect(left + face.width / 2, margin, width - left - face.width / 2, pole * 1.6);
  if (hangs && !isGantry) context.fillRect(left + face.width / 2 - pole, margin, 2 * pole, above);
  if (below > 0 && !isGantry) context.fillRect(left + face.width / 2 - pole, top + face.height * 0.5, 2 * pole, below + face.height * 0.5);
  context.save();
  context.translate(left + face.width / 2, top + face.height / 2);
  paintFace(context, plan, state, face.height / 2, face.width / 2);
  context.restore();
  const sprites = [spriteOf(context.getImageData(0, 0, width, height).data, width, height, body)];
  while (sprites.length < 5 && sprites.at(-1)!.luma.height > 24) sprites.push(halved(sprites.at(-1)!));
  return sprites;
}

/** @param half Of the face's height, pixels; the context's origin is its middle. */
function paintFace(context: SKRSContext2D, plan: SignPlan, state: LightState | undefined, half: number, halfWidth: number): void {
  switch (plan.class) {
    case 'speed-limit':
      round(context, half, white);
      // Vienna Convention, annex 3, C 14: the ring is a tenth of the diameter.
      context.lineWidth = half * 0.22;
      context.strokeStyle = red;
      context.beginPath();
      context.arc(0, 0, half * 0.88, 0, 2 * Math.PI);
      context.stroke();
      write(context, plan.value, half * (plan.value.length > 2 ? 0.74 : 0.94), black, 15, plan.value.length > 2 ? 0.78 : 1);
      return;
    case 'end-of-limit':
      round(context, half, white);
      write(context, plan.value, half * (plan.value.length > 2 ? 0.74 : 0.94), '#9a9a96', 15, plan.value.length > 2 ? 0.78 : 1);
      context.save();
      context.beginPath();
      context.arc(0, 0, half * 0.97, 0, 2 * Math.PI);
      context.clip();
      context.lineWidth = half * 0.05;
      context.strokeStyle = black;
      for (const shift of [-0.2, -0.1, 0, 0.1, 0.2]) {
        context.beginPath();
        context.moveTo(-half + shift * half, half + shift * half);
        context.lineTo(half + shift * half, -half + shift * half);
        context.stroke();
      }
      context.restore();
      return;
    case 'stop':
      octagon(context, half, white);
      octagon(context, half * 0.94, red);
      write(context, 'STOP', half * 0.62, white, 14, 0.8);
      return;
    case 'traffic-light':
      context.fillStyle = '#17181a';
      context.fillRect(-halfWidth, -half, 2 * halfWidth, 2 * half);
      for (const lens of ['red', 'amber', 'green'] as const) {
        context.beginPath();
        context.arc(0, -(lensUp[lens] / 0.48) * half, half * 0.22, 0, 2 * Math.PI);
        context.fillStyle = lens === state ? lightColours[lens] : '#2b2c2a';
        context.fill();
      }
      return;
    case 'gantry':
      for (const [from, to] of [
        [-1, -0.36],
        [-0.32, 0.32],
        [0.36, 1],
      ] as const) {
        context.fillStyle = '#e9ecef';
        context.fillRect(from * halfWidth, -half, (to - from) * halfWidth, 2 * half);
        context.fillStyle = '#1d4f9c';
        context.fillRect(from * halfWidth + 3, -half + 3, (to - from) * halfWidth - 6, 2 * half - 6);
        context.fillStyle = '#e9ecef';
        for (const [line, share] of [
          [-0.5, 0.7],
          [-0.05, 0.5],
          [0.4, 0.6],
        ] as const)
          context.fillRect(from * halfWidth + 14, line * half, (to - from) * halfWidth * share, half * 0.2);
      }
  }
}

function round(context: SKRSContext2D, radius: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  context.arc(0, 0, radius, 0, 2 * Math.PI);
  context.fill();
}

function octagon(context: SKRSContext2D, half: number, colour: string): void {
  context.fillStyle = colour;
  context.beginPath();
  const radius = half / Math.cos(Math.PI / 8);
  for (let corner = 0; corner < 8; corner++) {
    const angle = (corner + 0.5) * (Math.PI / 4);
    context.lineTo(Math.cos(angle) * radius, Math.sin(angle) * radius);
  }
  context.fill();
}

/** @param narrow Width of a glyph against its usual one. */
function write(context: SKRSContext2D, text: string, tall: number, colour: string, stroke: number, narrow: number): void {
  const unit = tall / 100;
  const advance = 70 * unit * narrow;
  context.strokeStyle = colour;
  context.lineCap = 'butt';
  context.lineJoin = 'round';
  [...text].forEach((glyph, index) => {
    context.save();
    context.translate((index - (text.length - 1) / 2) * advance - 30 * unit * narrow, -50 * unit);
    context.scale(unit * narrow, unit);
    context.lineWidth = stroke;
    context.stroke(new Path2D(glyphs[glyph] ?? ''));
    context.restore();
  });
}

/** Light over what is there, even in the middle and fading at the rim. */
function disc(picture: Picture, x: number, y: number, radius: number, luma: number, u: number, v: number, opacity: number): void {
  for (let row = Math.max(0, Math.ceil(y - radius)); row < Math.min(picture.height, y + radius); row++)
    for (let column = Math.max(0, Math.ceil(x - radius)); column < Math.min(picture.width, x + radius); column++) {
      const away = Math.hypot(column - x, row - y) / radius;
      if (away >= 1) continue;
      const share = opacity * Math.min(1, (1 - away) * 2);
      const at = row * picture.width + column;
      picture.y[at]! += (luma - picture.y[at]!) * share;
      if (row & 1 || column & 1) continue;
      const chroma = (row >> 1) * (picture.width >> 1) + (column >> 1);
      picture.u[chroma]! += (u - picture.u[chroma]!) * share;
      picture.v[chroma]! += (v - picture.v[chroma]!) * share;
    }
}
