import type { Moment, World } from '../world.ts';
import { Backdrop } from './backdrop.ts';
import { Cast } from './cast.ts';
import { Ground } from './ground.ts';
import { Roadside } from './roadside.ts';
import { type Picture, pictureOver } from './sprite.ts';

/**
 * Draws what the camera sees, without a sensor's noise: encoding would take that away again. Textures are made once, here; sprites of
 * vehicles when they are first needed.
 */
export class RoadPicture {
  readonly #world: World;
  readonly #roadside: Roadside;
  readonly #ground: Ground;
  readonly #backdrop: Backdrop;
  readonly #cast: Cast;

  constructor(world: World) {
    const { camera, scenario } = world;
    this.#world = world;
    this.#ground = new Ground(world);
    this.#roadside = new Roadside(world);
    this.#backdrop = new Backdrop(camera, this.#roadside.woods, scenario.seed);
    this.#cast = new Cast(camera);
  }

  /**
   * Draws a moment.
   * @param i420 Where it goes: 1.5 bytes a pixel. All of it is overwritten.
   */
  draw(moment: Moment, i420: Uint8Array): Picture {
    const { camera, bend } = this.#world;
    const picture = pictureOver(i420, camera.width, camera.height);
    this.#backdrop.draw(picture, bend.headingAt(moment.drivenMeters), camera.focalPx);
    this.#ground.draw(picture, moment);
    this.#roadside.draw(picture, moment);
    for (const actor of moment.actors) this.#cast.draw(picture, actor);
    return picture;
  }
}
