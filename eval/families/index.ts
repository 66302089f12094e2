import type { Family } from '../family.ts';
import { distance } from './distance.ts';
import { driver } from './driver.ts';
import { forwardCollision } from './forward-collision.ts';
import { lanes } from './lanes.ts';
import { photographs } from './photographs.ts';
import { quiet } from './quiet.ts';
import { roadside } from './roadside.ts';
import { scanner } from './scanner.ts';
import { signs } from './signs.ts';
import { tracking } from './tracking.ts';

/** In the order in which they are printed. */
export const families: readonly Family[] = [
  forwardCollision,
  quiet,
  distance,
  lanes,
  signs,
  driver,
  photographs,
  roadside,
  scanner,
  tracking,
];
