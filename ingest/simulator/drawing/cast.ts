import { carShapes } from '../bodies.ts';
import { type Camera, clipBox } from '../camera.ts';
import type { Paint } from '../scenario.ts';
import type { PlacedActor } from '../world.ts';
import { paintBus } from './bus-art.ts';
import { paintCar } from './car-art.ts';
import { Easel } from './easel.ts';
import { paintTones } from './paint-tones.ts';
import { paintPerson } from './person-art.ts';
import { paintBicycle, paintMotorcycle } from './rider-art.ts';
import { draw, halved, type Picture, type Shade, type Sprite } from './sprite.ts';
import { paintTruck } from './truck-art.ts';

/** Sprites are painted for distances 30 % apart from 7 to 39 m, and stretched between. */
const distanceStep = 1.3;
const nearestMeters = 7;
const farthestStep = 14;
/** Beyond, how something looks depends on the angle alone: the farthest sprite is halved as often as three times. */
const halvings = 3;
/** Sideways to ahead. What is seen at a steeper slant has its near face outside the picture. */
const steepest = 1;
/** Phases a step is painted in. */
const phases = 12;
/** Pixels of all sprites kept (4 bytes each, chroma half as much again); the least recently used go first. */
const capacityPixels = 12_000_000;

/** Everybody on the road, painted when first seen from a side and distance, and kept. */
export class Cast {
  readonly #camera: Camera;
  readonly #sprites = new Map<string, readonly [Sprite, ...Sprite[]]>();
  #pixels = 0;

  constructor(camera: Camera) {
    this.#camera = camera;
  }

  /** @param shade Without it, a clear day's. */
  draw(picture: Picture, actor: PlacedActor, shade?: Shade): void {
    if (clipBox(this.#camera, actor.outlinePx)) draw(picture, this.#spriteFor(actor), actor.outlinePx, shade);
  }

  #spriteFor(actor: PlacedActor): Sprite {
    const { plan, towards, braking } = actor;
    const step = Math.min(farthestStep, Math.round(Math.log(Math.max(nearestMeters, actor.distanceMeters)) / Math.log(distanceStep)));
    const distance = distanceStep ** step;
    // Seen against its own direction: on a bend it is turned.
    const slant = actor.lateralMeters / actor.distanceMeters - actor.headingRadians;
    const aside = Math.max(-steepest, Math.min(steepest, slant)) * distance;
    // Such a step changes the visible side of a 4.5 m long car by an eighth of its width.
    const grain = 0.05 * (distance + 4.5);
    const lateral = Math.round(aside / grain) * grain;
    const phase =
      plan.model === 'person' || plan.model === 'bicycle' ? Math.round((actor.phaseRadians / (2 * Math.PI)) * phases) % phases : 0;
    const facing = actor.crosses ? (Math.sign(actor.acrossMps) as -1 | 0 | 1) : 0;
    const key = `${plan.model} ${plan.paint} ${towards} ${braking} ${step} ${lateral.toFixed(1)} ${phase} ${facing}`;
    let sizes = this.#sprites.get(key);
    if (sizes) this.#sprites.delete(key);
    else {
      const easel = new Easel(this.#camera, actor.body, lateral, distance);
      const painted = paint(easel, plan.model, plan.paint, { towards, braking, facing, phase: actor.phaseRadians });
      sizes = step === farthestStep ? sizesOf(painted) : [painted];
      this.#pixels += painted.luma.pixels.length;
    }
    this.#sprites.set(key, sizes);
    for (const [oldest, [{ luma }]] of this.#sprites) {
      if (this.#pixels <= capacityPixels) break;
      this.#sprites.delete(oldest);
      this.#pixels -= luma.pixels.length;
    }
    const size = Math.max(0, Math.min(sizes.length - 1, Math.round(Math.log2(actor.distanceMeters / distance))));
    return sizes[size]!;
  }
}

/** A sprite and its smaller sizes. */
function sizesOf(sprite: Sprite): readonly [Sprite, ...Sprite[]] {
  const sizes: [Sprite, ...Sprite[]] = [sprite];
  while (sizes.length <= halvings) sizes.push(halved(sizes.at(-1)!));
  return sizes;
}

function paint(
  easel: Easel,
  model: PlacedActor['plan']['model'],
  colour: Paint,
  look: { readonly towards: boolean; readonly braking: boolean; readonly facing: -1 | 0 | 1; readonly phase: number },
): Sprite {
  if (model === 'person') paintPerson(easel, colour, look.facing, look.phase);
  else if (model === 'truck') paintTruck(easel, paintTones[colour], look);
  else if (model === 'bus') paintBus(easel, paintTones[colour], look);
  else if (model === 'motorcycle') paintMotorcycle(easel, colour, look);
  else if (model === 'bicycle') paintBicycle(easel, colour, look);
  else paintCar(easel, carShapes[model], paintTones[colour], look);
  return easel.finish();
}
