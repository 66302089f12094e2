import type { Detector } from '../../models/detector.ts';
import type { Models } from '../../models/models.ts';

/** A process's models of which a test gives the detector. */
export const modelsWith = (detector: Detector): Models => ({ detector: async () => detector });
