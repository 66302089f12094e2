import type { Moment, World } from '../world.ts';
import { Atmosphere } from './atmosphere.ts';
import { Backdrop, highestCamera } from './backdrop.ts';
import { Cast } from './cast.ts';
import { Ground } from './ground.ts';
import { drawLamps } from './lamps.ts';
import { drawRain, drawSpray } from './rain.ts';
import { Roadside } from './roadside.ts';
import { SignBoards } from './sign-boards.ts';
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
  readonly #boards: SignBoards | undefined;
  readonly #atmosphere: Atmosphere | undefined;

  constructor(world: World) {
    const { camera, scenario } = world;
    this.#world = world;
    this.#ground = new Ground(world);
    this.#roadside = new Roadside(world);
    this.#atmosphere = Atmosphere.of(world);
    const highest = highestCamera(camera, scenario.camera.pitchDegrees, scenario.hills);
    this.#backdrop = new Backdrop(highest, this.#roadside.woods, scenario.seed, this.#atmosphere);
    this.#cast = new Cast(camera);
    this.#boards = scenario.signs && new SignBoards(scenario.road);
  }

  /**
   * Draws a moment.
   * @param i420 Where it goes: 1.5 bytes a pixel. All of it is overwritten.
   */
  draw(moment: Moment, i420: Uint8Array): Picture {
    const { camera, bend, scenario } = this.#world;
    const atmosphere = this.#atmosphere;
    const rain = scenario.rain ?? 0;
    const picture = pictureOver(i420, camera.width, camera.height);
    this.#backdrop.draw(picture, bend.headingAt(moment.drivenMeters) + moment.yawRadians, moment.camera);
    this.#ground.draw(picture, moment, atmosphere);
    this.#roadside.draw(picture, moment, atmosphere);
    const signs = moment.signs.toReversed();
    const drawSignsBeyond = (distanceMeters: number): void => {
      while (signs.length > 0 && signs.at(-1)!.distanceMeters > distanceMeters)
        this.#boards?.draw(picture, moment, signs.pop()!, atmosphere);
    };
    for (const actor of moment.actors) {
      drawSignsBeyond(actor.distanceMeters);
      const [x1, , x2] = actor.outlinePx;
      this.#cast.draw(picture, actor, atmosphere?.shadeAt(actor.distanceMeters, (x1 + x2) / 2));
      if (atmosphere && rain > 0) drawSpray(picture, moment, actor, moment.egoSpeedMps - actor.closingSpeedMps, atmosphere, rain);
      if (atmosphere?.hasLampsOn) drawLamps(picture, moment.camera, actor, atmosphere, rain);
    }
    drawSignsBeyond(0);
    if (atmosphere && rain > 0) drawRain(picture, moment, atmosphere, rain);
    return picture;
  }
}
