import { asRoadstreamError } from '../../schemas/errors.ts';
import type { Source, SourceFrame } from '../source.ts';
import { parseSimulationAddress } from './address.ts';
import { sourceFrame } from './render.ts';
import { Studio } from './studio.ts';

/**
 * A simulated camera at the pace of the wall clock: 30 frames a second, H.264. Each connection begins the drive anew, so
 * that the frame whose truth belongs to a picture is its RTP timestamp / 3000. Too slow a machine or reader drops frames.
 * @param options.url `sim:<scenario>[?stamp=time|frame][&loop=0]`.
 * @throws SCENARIO_UNKNOWN, CONFIGURATION_INVALID
 */
export function openSimulatedSource({ url }: { readonly url: string }): Source {
  const request = parseSimulationAddress(url);
  return {
    shown: url,
    async *frames(signal: AbortSignal): AsyncGenerator<SourceFrame, void, undefined> {
      if (signal.aborted) return;
      const studio = new Studio(request);
      try {
        for await (const picture of studio.pictures(signal))
          yield sourceFrame(picture, picture.capturedAtUs, picture.width, picture.height);
      } catch (thrown) {
        throw asRoadstreamError(thrown);
      } finally {
        await studio.close();
      }
    },
  };
}
