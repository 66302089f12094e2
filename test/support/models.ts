import type { Detector } from '../../models/detector.ts';
import type { Models } from '../../models/models.ts';

const missing = (model: string) => () => Promise.reject(new Error(`This test gives no ${model}.`));

/** A process's models of which a test gives the detector, and others where it has them. */
export const modelsWith = (detector: Detector, others: Partial<Models> = {}): Models => ({
  detector: async () => detector,
  face: missing('face models'),
  text: missing('text models'),
  signText: async () => undefined,
  laneNetwork: async () => undefined,
  signNetwork: async () => undefined,
  ...others,
});
