/** Of a frame: what tells how far it is from the one before. */
export interface TimedFrame {
  readonly epoch: number;
  readonly capturedAtUs: number;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** How far a frame is from the one before. */
export interface TimeStep {
  /** For what moves: bounded. */
  readonly seconds: number;
  /** For clocks: never goes back. */
  readonly elapsedSeconds: number;
  /** Whether nothing of the frame before can be found again. */
  readonly isCut: boolean;
  /** As in Perception. */
  readonly degraded: string[];
}

/** Seconds that a step takes at least: clocks jump back, and no camera is faster. */
const leastStepSeconds = 0.01;
/** Seconds after which nothing is where it was. */
const mostStepSeconds = 2;

/**
 * A new connection, another picture size or a long gap cut the tracks off; a capture time that does not advance counts as the shortest step.
 * @param before Undefined before the first.
 */
export function stepTime(before: TimedFrame | null, frame: TimedFrame): TimeStep {
  if (!before) return { seconds: leastStepSeconds, elapsedSeconds: 0, isCut: true, degraded: [] };
  const passed = (frame.capturedAtUs - before.capturedAtUs) / 1e6;
  const elapsedSeconds = Math.max(leastStepSeconds, passed);
  const isGap = passed > mostStepSeconds;
  const isNew = frame.epoch !== before.epoch || frame.width !== before.width || frame.height !== before.height;
  return {
    seconds: Math.min(mostStepSeconds, elapsedSeconds),
    elapsedSeconds,
    isCut: isGap || isNew,
    degraded: isGap ? ['tracking:gap'] : passed <= 0 && !isNew ? ['tracking:capture-time-went-back'] : [],
  };
}
