import { openCabin } from './cabin/cabin.ts';
import { RoadPicture } from './drawing/road-picture.ts';
import { openPage } from './page/page.ts';
import type { RoadsideScenario } from './roadside/roadside-scenario.ts';
import { type RoadsideTruth, roadsideTruthOf } from './roadside/roadside-truth.ts';
import type { Scenario } from './scenario.ts';
import type { AnyScenario } from './scenarios/index.ts';
import { type Truth, truthOf } from './truth.ts';
import { momentAt, openWorld } from './world.ts';

/** What a simulated camera sees, frame by frame. The same frame always gives the same. */
export interface Scene<T = unknown> {
  /** Pixels, even. */
  readonly width: number;
  readonly height: number;
  readonly framesPerLoop: number;
  /**
   * Draws a frame.
   * @param frameIndex From the beginning of the stream; loops are counted on.
   * @param i420 Where it goes: 1.5 bytes a pixel, BT.709 limited range. All of it is overwritten.
   * @returns What is so in that frame.
   */
  draw(frameIndex: number, i420: Uint8Array): T;
}

/** Makes a scenario of any kind ready to be drawn; what it costs is done once. */
export function openScene(scenario: AnyScenario): Scene {
  if ('kind' in scenario && scenario.kind === 'cabin') return openCabin(scenario);
  if ('kind' in scenario && scenario.kind === 'page') return openPage(scenario);
  return 'site' in scenario ? openRoadside(scenario) : openRoad(scenario);
}

/** The road from a vehicle that drives along it. */
export function openRoad(scenario: Scenario): Scene<Truth> {
  const world = openWorld(scenario);
  const road = new RoadPicture(world);
  return {
    width: world.camera.width,
    height: world.camera.height,
    framesPerLoop: world.framesPerLoop,
    draw(frameIndex, i420) {
      const moment = momentAt(world, frameIndex);
      road.draw(moment, i420);
      return truthOf(world, moment);
    },
  };
}

/** The road from a mast. */
export function openRoadside(scenario: RoadsideScenario): Scene<RoadsideTruth> {
  const road = openRoad(scenario);
  return {
    ...road,
    draw: (frameIndex, i420) => roadsideTruthOf(road.draw(frameIndex, i420), scenario.site, road.width, road.height),
  };
}
