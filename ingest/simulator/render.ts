import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SourceFrame } from '../source.ts';
import { pictureOver } from './drawing/sprite.ts';
import { drawStamp, type Stamp } from './drawing/stamp.ts';
import { type EncodedPicture, VideoEncoder } from './encoder.ts';
import { frameTimeUs, stampValue } from './frame-time.ts';
import type { Scenario } from './scenario.ts';
import { roadScenarioNamed } from './scenarios/index.ts';
import { openRoad, type Scene } from './scene.ts';
import type { Truth } from './truth.ts';

export interface RenderOptions {
  /** Without it, once through. */
  readonly frames?: number;
  readonly stamp?: Stamp;
}

export interface RenderedFrame<T = Truth> {
  readonly frameIndex: number;
  /** BT.709 limited range. Overwritten by the next frame. */
  readonly i420: Uint8Array;
  readonly truth: T;
}

/** Draws a scene as fast as it goes; the stamp's time counts from 0. */
export function* renderScene<T>(scene: Scene<T>, options: RenderOptions = {}): Generator<RenderedFrame<T>, void, undefined> {
  const { width, height, framesPerLoop } = scene;
  const i420 = new Uint8Array((width * height * 3) / 2);
  for (let frameIndex = 0; frameIndex < (options.frames ?? framesPerLoop); frameIndex++) {
    const truth = scene.draw(frameIndex, i420);
    if (options.stamp) drawStamp(pictureOver(i420, width, height), stampValue(options.stamp, frameIndex, frameTimeUs(frameIndex)));
    yield { frameIndex, i420, truth };
  }
}

/** Draws and encodes a scene as fast as it goes; the same scene always gives the same bytes. Times count from 0. */
export async function* encodeScene<T>(
  scene: Scene<T>,
  options: RenderOptions = {},
): AsyncGenerator<{ readonly frame: SourceFrame; readonly truth: T }, void, undefined> {
  const { width, height } = scene;
  const encoder = VideoEncoder.open(width, height);
  try {
    for (const { frameIndex, i420, truth } of renderScene(scene, options)) {
      const encoded = encoder.encode(i420, frameIndex);
      // A drive takes minutes, and others want the event loop too.
      await nextTurn();
      yield { frame: sourceFrame(encoded, frameTimeUs(frameIndex), width, height), truth };
    }
  } finally {
    encoder.close();
  }
}

/** As renderScene, for a drive. @throws SCENARIO_UNKNOWN */
export function renderScenario(scenario: Scenario | string, options: RenderOptions = {}): Generator<RenderedFrame, void, undefined> {
  return renderScene(openRoad(typeof scenario === 'string' ? roadScenarioNamed(scenario) : scenario), options);
}

/** As encodeScene, for a drive. @throws SCENARIO_UNKNOWN */
export function encodeScenario(
  scenario: Scenario | string,
  options: RenderOptions = {},
): AsyncGenerator<{ readonly frame: SourceFrame; readonly truth: Truth }, void, undefined> {
  return encodeScene(openRoad(typeof scenario === 'string' ? roadScenarioNamed(scenario) : scenario), options);
}

/** A picture as a source gives it. */
export function sourceFrame(encoded: EncodedPicture, capturedAtUs: number, width: number, height: number): SourceFrame {
  const { payload, isKeyframe, ticks } = encoded;
  return { payload, codec: 'h264', isKeyframe, capturedAtUs, clock: 'source', rtpTimestamp: ticks % 2 ** 32, width, height };
}
