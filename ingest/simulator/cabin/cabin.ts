import type { Box } from '../../../schemas/messages.ts';
import { pictureOver } from '../drawing/sprite.ts';
import type { Scene } from '../scene.ts';
import { CabinPicture } from './cabin-picture.ts';
import { height, width } from './interior-paint.ts';
import type { CabinScenario } from './scenario.ts';
import { type CabinTruth, Timeline } from './truth.ts';

/** As the drawing has it: with the place of the face in the picture, hidden or not, and null outside it. */
export type DrawnCabinTruth = CabinTruth & { readonly faceBoxPx: Box | null };

/** The driver, seen from the dashboard. */
export function openCabin(scenario: CabinScenario): Scene<DrawnCabinTruth> {
  const timeline = new Timeline(scenario);
  const cabin = new CabinPicture(scenario);
  return {
    width,
    height,
    framesPerLoop: timeline.framesPerLoop,
    draw(frameIndex, i420) {
      const faceBoxPx = cabin.draw(pictureOver(i420, width, height), timeline.state(frameIndex), timeline.drivenMeters(frameIndex));
      return { ...timeline.truth(frameIndex), faceBoxPx };
    },
  };
}
