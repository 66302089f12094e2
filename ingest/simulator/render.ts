import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SourceFrame } from '../source.ts';
import { RoadPicture } from './drawing/road-picture.ts';
import { drawStamp, type Stamp } from './drawing/stamp.ts';
import { type EncodedPicture, VideoEncoder } from './encoder.ts';
import { frameTimeUs, stampValue } from './frame-time.ts';
import type { Scenario } from './scenario.ts';
import { scenarioNamed } from './scenarios/index.ts';
import { type Truth, truthOf } from './truth.ts';
import { momentAt, openWorld } from './world.ts';

export interface RenderOptions {
  /** Without it, once through. */
  readonly frames?: number;
  readonly stamp?: Stamp;
}

export interface RenderedFrame {
  readonly frameIndex: number;
  /** 1280x720, BT.709 limited range. Overwritten by the next frame. */
  readonly i420: Uint8Array;
  readonly truth: Truth;
}

/**
 * Draws a drive as fast as it goes; the stamp's time counts from 0.
 * @throws SCENARIO_UNKNOWN
 */
export function* renderScenario(scenario: Scenario | string, options: RenderOptions = {}): Generator<RenderedFrame, void, undefined> {
  const world = openWorld(typeof scenario === 'string' ? scenarioNamed(scenario) : scenario);
  const { width, height } = world.camera;
  const i420 = new Uint8Array((width * height * 3) / 2);
  const road = new RoadPicture(world);
  for (let frameIndex = 0; frameIndex < (options.frames ?? world.framesPerLoop); frameIndex++) {
    const moment = momentAt(world, frameIndex);
    const picture = road.draw(moment, i420);
    if (options.stamp) drawStamp(picture, stampValue(options.stamp, frameIndex, frameTimeUs(frameIndex)));
    yield { frameIndex, i420, truth: truthOf(world, moment) };
  }
}

/**
 * Draws and encodes a drive as fast as it goes; the same drive always gives the same bytes. Times count from 0.
 * @throws SCENARIO_UNKNOWN
 */
export async function* encodeScenario(
  scenario: Scenario | string,
  options: RenderOptions = {},
): AsyncGenerator<{ readonly frame: SourceFrame; readonly truth: Truth }, void, undefined> {
  const drive = typeof scenario === 'string' ? scenarioNamed(scenario) : scenario;
  const { width, height } = openWorld(drive).camera;
  const encoder = VideoEncoder.open(width, height);
  try {
    for (const { frameIndex, i420, truth } of renderScenario(drive, options)) {
      const encoded = encoder.encode(i420, frameIndex);
      // A drive takes minutes, and others want the event loop too.
      await nextTurn();
      yield { frame: sourceFrame(encoded, frameTimeUs(frameIndex), width, height), truth };
    }
  } finally {
    encoder.close();
  }
}

/** A picture as a source gives it. */
export function sourceFrame(encoded: EncodedPicture, capturedAtUs: number, width: number, height: number): SourceFrame {
  const { payload, isKeyframe, ticks } = encoded;
  return { payload, codec: 'h264', isKeyframe, capturedAtUs, clock: 'source', rtpTimestamp: ticks % 2 ** 32, width, height };
}
