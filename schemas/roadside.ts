import { z } from 'zod';
import { groundAt, homographyOf } from './ground-plane.ts';
import { isSelfCrossing, type Point, turn } from './polygon.ts';

// What a fixed camera above a road is told: where its regions are, and where on the ground its picture lies.

const fraction = z.number().min(0, 'lies outside the picture').max(1, 'lies outside the picture');
const picturePoint = z.tuple([fraction, fraction]);

/** Of the picture: smaller regions hold no foot of a box. */
const leastArea = 1e-4;
/**
 * A corner's distance from the line through two others, as a part of the longest of the three's sides: nearer ones count as lying on it,
 * since a pixel more or less would turn the ground over.
 */
const leastTriangle = 0.01;

const region = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a slug: lower-case letters, digits and hyphens, at most 63')
    .describe('Name of the region in counts and alerts.'),
  polygon: z
    .array(picturePoint)
    .min(3, 'needs at least three corners')
    .max(64)
    .describe('Corners as fractions of the picture from its top left, for example [[0.1, 0.9], [0.4, 0.3], [0.5, 0.3], [0.4, 0.9]].')
    .superRefine((corners, context) => {
      if (corners.every((corner, index) => Math.abs(turn(corner, at(corners, index + 1), at(corners, index + 2))) < 2 * leastArea))
        context.addIssue({ code: 'custom', message: 'holds nothing: its corners lie on one line, or all but on one spot' });
      else if (isSelfCrossing(corners))
        context.addIssue({ code: 'custom', message: 'crosses itself: name the corners in the order in which they are walked around' });
    }),
  direction: z
    .tuple([picturePoint, picturePoint])
    .nullable()
    .default(null)
    .describe('Which way traffic goes, from one point of the picture to another; driving against it and stopping are told then.'),
  speedLimitKmh: z.number().min(5).max(400).nullable().default(null).describe("Unless given, the camera's."),
});

const ground = z
  .array(
    z.strictObject({
      picture: picturePoint.describe('Fractions of the picture from its top left.'),
      meters: z.tuple([z.number().min(-1e4).max(1e4), z.number().min(-1e4).max(1e4)]).describe('The same point on the ground.'),
    }),
  )
  .length(4, 'needs exactly four points')
  .superRefine((marks, context) => {
    for (const side of ['picture', 'meters'] as const) {
      const flaw = flawOf(marks.map((mark) => mark[side]));
      if (flaw) context.addIssue({ code: 'custom', message: `${side === 'picture' ? 'in the picture' : 'on the ground'} ${flaw}` });
    }
  });

export const roadsideSchema = z
  .strictObject({
    regions: z
      .array(region)
      .max(32)
      .default([])
      .describe('Parts of the picture in which road users are counted, by where they touch the ground.'),
    ground: ground
      .nullable()
      .default(null)
      .describe('Four points of the ground, as a shape without dents: what turns pixels into metres. Without it there are no speeds.'),
    speedLimitKmh: z.number().min(5).max(400).default(60).describe('Who is surely faster is told.'),
  })
  .superRefine(({ regions, ground: marks }, context) => {
    const ids = regions.map(({ id }) => id);
    const homography = marks && !hasFlaw(marks) ? homographyOf(marks) : undefined;
    for (const [index, { id, direction }] of regions.entries()) {
      const flaw = (name: string, message: string) => context.addIssue({ code: 'custom', path: ['regions', index, name], message });
      if (ids.indexOf(id) < index) flaw('id', `there are two regions ${id}; give each its own id`);
      if (direction && !marks) flaw('direction', 'needs ground: without it no driving direction is known');
      if (!direction || !homography) continue;
      const [from, to] = direction.map((point) => groundAt(homography, point)?.point);
      if (!from || !to) flaw('direction', 'lies above the horizon that the four points of ground give');
      else if (lengthOf(from, to) === 0) flaw('direction', 'leads nowhere: its two points are the same');
    }
  });
export type RoadsideConfiguration = z.output<typeof roadsideSchema>;
export type RegionConfiguration = RoadsideConfiguration['regions'][number];

export const roadsideAlertsSchema = z.strictObject({
  stoppedSeconds: z
    .number()
    .min(2)
    .max(3600)
    .default(10)
    .describe(
      'A vehicle that stands this long in a region with a direction is told; the quick end of what video incident detection takes (10 to 120 s, TRR 1959, 2006).',
    ),
  hourlyBudget: z
    .int()
    .min(1)
    .default(12)
    .describe('Most alerts of a camera and type within an hour. When it is spent, perceptions say so.'),
});
export type RoadsideAlerts = z.output<typeof roadsideAlertsSchema>;

function hasFlaw(marks: readonly { readonly picture: Point; readonly meters: Point }[]): boolean {
  if (marks.length !== 4) return true;
  return flawOf(marks.map(({ picture }) => picture)) !== undefined || flawOf(marks.map(({ meters }) => meters)) !== undefined;
}

/** @returns Why four points do not make a ground, to be read after "in the picture"; undefined when they do. */
function flawOf(corners: readonly Point[]): string | undefined {
  if (corners.length !== 4) return undefined;
  const triangles = corners.map((_, left) => corners.filter((_, index) => index !== left) as unknown as [Point, Point, Point]);
  if (triangles.some(isFlat)) return 'three of the four points lie on one line; choose the corners of a shape with four sides';
  if (isSelfCrossing(corners)) return 'the sides between the four points cross; name them in the order in which they are walked around';
  const turns = corners.map((corner, index) => turn(corner, at(corners, index + 1), at(corners, index + 2)) > 0);
  return turns.every((each) => each === turns[0]) ? undefined : 'one of the four points lies between the others; move it outwards';
}

function at(corners: readonly Point[], index: number): Point {
  return corners[index % corners.length]!;
}

function isFlat([a, b, c]: [Point, Point, Point]): boolean {
  const longest = Math.max(lengthOf(a, b), lengthOf(b, c), lengthOf(c, a));
  return Math.abs(turn(a, b, c)) <= leastTriangle * longest ** 2;
}

function lengthOf([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(bx - ax, by - ay);
}
