import { intersectionOverUnion } from '../schemas/box.ts';
import type { Detection } from './detector.ts';

/** Two boxes that overlap more are one thing. Source: YOLOX's own demos (tools/demo.py, ONNXRuntime), nms_thr 0.45. */
export const sameThingIou = 0.45;

/** Classes that detectors mistake for one another: one vehicle often gets a box of each. */
const vehicles: ReadonlySet<string> = new Set(['car', 'truck', 'bus']);

/**
 * Keeps the best of boxes that lie on one another: those of one class, and among cars, trucks and buses those of any.
 * @returns Best score first.
 */
export function suppress(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const candidate of detections.toSorted((a, b) => b.score - a.score)) {
    const isDouble = kept.some(
      (better) => isAlike(better.class, candidate.class) && intersectionOverUnion(better.boxPx, candidate.boxPx) > sameThingIou,
    );
    if (!isDouble) kept.push(candidate);
  }
  return kept;
}

/** Whether a detector may call the same thing by either name. */
export function isAlike(a: string, b: string): boolean {
  return a === b || (vehicles.has(a) && vehicles.has(b));
}
