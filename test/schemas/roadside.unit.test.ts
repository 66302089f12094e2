import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseConfiguration } from '../../schemas/configuration.ts';
import type { RoadstreamError } from '../../schemas/errors.ts';
import { groundAt, homographyOf, horizonAt } from '../../schemas/ground-plane.ts';
import { depthInside, isSelfCrossing, type Point } from '../../schemas/polygon.ts';

const picture: readonly Point[] = [
  [0.1, 0.9],
  [0.9, 0.9],
  [0.6, 0.3],
  [0.4, 0.3],
];
const meters: readonly Point[] = [
  [0, 0],
  [7, 0],
  [7, 40],
  [0, 40],
];
const marksOf = (inPicture: readonly Point[], onGround: readonly Point[]) =>
  inPicture.map((point, index) => ({ picture: point, meters: onGround[index]! }));
const lane = { id: 'lane', polygon: [picture[0], picture[3], picture[2]] };

function parse(roadside: object) {
  return parseConfiguration({ streams: [{ id: 'mast', url: 'sim:x', kind: 'roadside', roadside }] }, 'test').streams[0]!.roadside;
}

describe('the configuration of a roadside camera', () => {
  test('has 60 km/h and nothing else unless told', () => {
    assert.deepEqual(parse({}), { regions: [], ground: null, speedLimitKmh: 60 });
  });

  test('takes four marks and regions with a direction and a limit of their own', () => {
    const region = { ...lane, direction: [picture[0], picture[3]], speedLimitKmh: 30 };
    assert.deepEqual(parse({ ground: marksOf(picture, meters), regions: [region] }).regions, [region]);
  });

  // Each with the path and the reason that the error must name.
  const wrong: readonly (readonly [what: string, roadside: object, error: RegExp])[] = [
    [
      'three marks on one line on the ground',
      {
        ground: marksOf(picture, [
          [0, 0],
          [1, 0],
          [2, 0],
          [0, 40],
        ]),
      },
      /roadside\.ground: on the ground three of the four points lie on one line/,
    ],
    [
      'three marks on one line in the picture',
      {
        ground: marksOf(
          [
            [0.1, 0.1],
            [0.5, 0.5],
            [0.9, 0.9],
            [0.1, 0.9],
          ],
          meters,
        ),
      },
      /roadside\.ground: in the picture three of the four points lie on one line/,
    ],
    [
      'the same mark twice',
      { ground: marksOf([picture[0]!, picture[0]!, picture[2]!, picture[3]!], meters) },
      /in the picture three of the four points lie on one line/,
    ],
    [
      'marks whose sides cross',
      { ground: marksOf([picture[0]!, picture[2]!, picture[1]!, picture[3]!], meters) },
      /in the picture the sides between the four points cross/,
    ],
    [
      'a mark between the others',
      {
        ground: marksOf(
          [
            [0, 0],
            [1, 0],
            [0.5, 0.3],
            [0.5, 1],
          ],
          meters,
        ),
      },
      /in the picture one of the four points lies between the others/,
    ],
    ['three marks', { ground: marksOf(picture, meters).slice(1) }, /roadside\.ground: needs exactly four points/],
    [
      'a region outside the picture',
      {
        regions: [
          {
            ...lane,
            polygon: [
              [0.1, 1.2],
              [0.4, 0.3],
              [0.5, 0.9],
            ],
          },
        ],
      },
      /regions\.0\.polygon\.0\.1: lies outside the picture/,
    ],
    [
      'a region of two corners',
      {
        regions: [
          {
            ...lane,
            polygon: [
              [0.1, 0.2],
              [0.4, 0.3],
            ],
          },
        ],
      },
      /regions\.0\.polygon: needs at least three corners/,
    ],
    [
      'a region on one line',
      {
        regions: [
          {
            ...lane,
            polygon: [
              [0.1, 0.2],
              [0.2, 0.4],
              [0.3, 0.6],
            ],
          },
        ],
      },
      /polygon: holds nothing/,
    ],
    [
      'a region that crosses itself',
      {
        regions: [
          {
            ...lane,
            polygon: [
              [0.1, 0.1],
              [0.9, 0.9],
              [0.9, 0.1],
              [0.1, 0.9],
            ],
          },
        ],
      },
      /polygon: crosses itself/,
    ],
    ['two regions of one name', { regions: [lane, lane] }, /regions\.1\.id: there are two regions lane/],
    ['a direction without ground', { regions: [{ ...lane, direction: [picture[0], picture[3]] }] }, /regions\.0\.direction: needs ground/],
    [
      'a direction in the sky',
      { ground: marksOf(picture, meters), regions: [{ ...lane, direction: [picture[0], [0.5, 0.02]] }] },
      /regions\.0\.direction: lies above the horizon/,
    ],
    [
      'a direction that leads nowhere',
      { ground: marksOf(picture, meters), regions: [{ ...lane, direction: [picture[0], picture[0]] }] },
      /regions\.0\.direction: leads nowhere/,
    ],
    ['an unknown key', { region: [] }, /unknown region; allowed here: regions, ground, speedLimitKmh/],
  ];
  for (const [what, roadside, error] of wrong)
    test(`refuses ${what}`, () => {
      assert.throws(
        () => parse(roadside),
        (thrown: RoadstreamError) => thrown.code === 'CONFIGURATION_INVALID' && error.test(thrown.message),
      );
    });
});

/** Four-sided shapes without dents: a square whose corners are moved by too little to make one. */
const shapes = (size: number) =>
  fc
    .array(fc.tuple(fc.double({ min: -0.1, max: 0.1, noNaN: true }), fc.double({ min: -0.1, max: 0.1, noNaN: true })), {
      minLength: 4,
      maxLength: 4,
    })
    .map((moves) =>
      (
        [
          [0.25, 0.75],
          [0.75, 0.75],
          [0.75, 0.25],
          [0.25, 0.25],
        ] as const
      ).map(([x, y], index): Point => [size * (x + moves[index]![0]), size * (y + moves[index]![1])]),
    );

describe('a homography', () => {
  test('takes its four marks to where they lie on the ground', () => {
    fc.assert(
      fc.property(shapes(1), shapes(50), (inPicture, onGround) => {
        const homography = homographyOf(marksOf(inPicture, onGround));
        inPicture.forEach((point, index) => {
          const { point: found } = groundAt(homography, point)!;
          assert.ok(Math.hypot(found[0] - onGround[index]![0], found[1] - onGround[index]![1]) < 1e-6);
        });
      }),
    );
  });

  test('knows how the ground changes from pixel to pixel', () => {
    const homography = homographyOf(marksOf(picture, meters));
    const step = 1e-6;
    for (const [x, y] of [
      [0.3, 0.8],
      [0.5, 0.5],
      [0.8, 0.35],
    ] as const) {
      const { point, slope } = groundAt(homography, [x, y])!;
      const [right, down] = [groundAt(homography, [x + step, y])!.point, groundAt(homography, [x, y + step])!.point];
      const numeric = [right[0] - point[0], down[0] - point[0], right[1] - point[1], down[1] - point[1]].map((change) => change / step);
      slope.forEach((each, index) => {
        assert.ok(Math.abs(each - numeric[index]!) < 1e-3 * Math.max(1, Math.abs(each)), `${slope} against ${numeric}`);
      });
    }
  });

  test('has no ground at and above the horizon', () => {
    const homography = homographyOf(marksOf(picture, meters));
    const horizon = horizonAt(homography, 0.5)!;
    assert.ok(horizon > 0 && horizon < 0.3, `${horizon}`);
    assert.equal(groundAt(homography, [0.5, horizon - 0.01]), undefined);
    assert.ok(groundAt(homography, [0.5, horizon + 0.01])!.point[1] > 500);
  });
});

test('how deep a point lies in a polygon is the distance to its nearest side, below 0 outside', () => {
  const dented: Point[] = [
    [0, 0],
    [4, 0],
    [4, 4],
    [2, 1],
    [0, 4],
  ];
  // Inside; just outside, in the dent; far outside beyond a corner.
  assert.equal(depthInside([1, 0.5], dented), 0.5);
  assert.ok(depthInside([2, 1.5], dented) < 0);
  assert.equal(depthInside([7, -4], dented), -5);
});

test('neighbouring sides that meet in their corner are no crossing', () => {
  assert.equal(isSelfCrossing(picture), false);
  assert.equal(
    isSelfCrossing([
      [0, 0],
      [1, 1],
      [1, 0],
      [0, 1],
    ]),
    true,
  );
});
