import type { Detector } from './detector.ts';
import { type DetectorOptions, openDetector } from './session.ts';

/** The models of a process, each loaded once, when it is first asked for. */
export interface Models {
  /** @throws What `openDetector` throws. */
  detector(): Promise<Detector>;
}

/** @param options Of the detector; the other models take their device and folders from them. */
export function createModels(options: DetectorOptions): Models & { close(): Promise<void> } {
  let detector: Promise<Detector> | undefined;
  return {
    detector() {
      detector ??= openDetector(options);
      return detector;
    },
    async close() {
      await (await detector?.catch(() => undefined))?.close();
    },
  };
}
