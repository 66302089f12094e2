import { nowUs } from '../../platform/clock.ts';
import { rtpClockHz } from '../../schemas/messages.ts';
import type { Source, SourceFrame } from '../source.ts';
import { type LoadRequest, parseLoadAddress } from './address.ts';
import { captureTimeUs, frameCountAt } from './moment.ts';
import { Pacer } from './pacer.ts';
import { type RecordedPicture, recordingOf } from './recording.ts';

/** Who is later than this goes on at the present: a computer that slept does not hurry through what it missed. */
const longestLagUs = 2_000_000;

const pacer = new Pacer();

export interface LoadSourceOptions {
  /** `load:<scenario>[?fps=1..60][&width=32..1280][&phase=<seconds>]`. */
  readonly url: string;
  /** Where recorded loops are kept; without it, in memory only. */
  readonly cacheDirectory: string | undefined;
}

/**
 * A simulated camera that costs next to nothing to play: its drive is recorded beforehand and repeated for ever, at the pace of the wall
 * clock and always at the place that the wall clock names (see `loadMomentAt`). The first picture is a keyframe.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID
 */
export function openLoadSource({ url, cacheDirectory }: LoadSourceOptions): Source {
  const request = parseLoadAddress(url);
  return {
    shown: url,
    async *frames(signal) {
      const recording = await recordingOf(request, cacheDirectory);
      let count = nextKeyframe(request, recording);
      while (!signal.aborted) {
        const capturedAtUs = captureTimeUs(request, count);
        if (nowUs() - capturedAtUs > longestLagUs) {
          count = nextKeyframe(request, recording);
          continue;
        }
        await pacer.until(capturedAtUs, signal);
        if (signal.aborted) return;
        yield {
          ...recording[count % request.framesPerLoop]!,
          codec: 'h264',
          capturedAtUs,
          clock: 'source',
          rtpTimestamp: Math.round((count * rtpClockHz) / request.framesPerSecond) % 2 ** 32,
          width: request.width,
          height: request.height,
        } satisfies SourceFrame;
        count += 1;
      }
    },
  };
}

/** @returns The number of the next one that is due. */
function nextKeyframe(request: LoadRequest, recording: readonly RecordedPicture[]): number {
  let count = Math.ceil(frameCountAt(request, nowUs()));
  while (!recording[count % request.framesPerLoop]!.isKeyframe) count += 1;
  return count;
}
