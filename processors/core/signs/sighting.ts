import type { Box } from '../../../schemas/messages.ts';

/** What a sign looks like, before anybody has read it. An end of limit is crossed out in black. */
export type SignLook = 'limit' | 'end-of-limit' | 'stop' | 'light';

/** The lamp of a traffic light that is lit. */
export type Lamp = 'red' | 'amber' | 'green';

/** What may be a sign, in one frame. */
export interface SignSighting {
  readonly look: SignLook;
  /** Pixels of the picture. */
  readonly boxPx: Box;
  /** 0..1: how much it looks like one. */
  readonly score: number;
  /** Of a light; null where none can be told. */
  readonly lamp: Lamp | null;
  /** What it says in this frame, of a limit: null where nobody could read it, undefined where nobody has looked. */
  readonly reading?: LimitReading | null;
}

/** A number on a sign. */
export interface LimitReading {
  readonly kmh: number;
  /** 0..1.3; 1 is as good as one recogniser gets. */
  readonly weight: number;
}

/** Pixels of a sign's width. */
export function widthOf([x1, , x2]: Box): number {
  return x2 - x1;
}
