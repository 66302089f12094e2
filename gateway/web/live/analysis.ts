import type { StreamView } from '../../../schemas/live.ts';

/** Frames a second: a camera that gives so many, and is analysed less often than that, loses its boxes now and then. */
const receivedAtLeast = 10;
const analysedAtLeast = 5;

/** Whether the machine does not keep up with the stream. Dashcams alone are analysed. */
export function isAnalysisBehind({ kind, state, framesPerSecond, analysedFramesPerSecond }: StreamView): boolean {
  return kind === 'dashcam' && state === 'live' && framesPerSecond >= receivedAtLeast && analysedFramesPerSecond < analysedAtLeast;
}
