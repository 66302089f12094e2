import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { roadClasses } from '../../../models/detector.ts';
import { createDashcamJudge, type DashcamFrame, type PictureDetection } from '../../../processors/core/dashcam-judge.ts';
import { measureFace } from '../../../processors/core/driver/face-measure.ts';
import { createDriverJudge, type DriverFrame } from '../../../processors/core/driver-judge.ts';
import { createCamera } from '../../../processors/core/geometry.ts';
import { noLane, stepLanes } from '../../../processors/core/lanes/lane-follower.ts';
import { createRoadsideJudge, type RoadsideFrame } from '../../../processors/core/roadside/roadside-judge.ts';
import { nothingRead, stepReadings, type TextLine } from '../../../processors/core/scanner/readings.ts';
import type { SignSighting } from '../../../processors/core/signs/sighting.ts';
import { cameraSchema, parseConfiguration } from '../../../schemas/configuration.ts';
import type { Box } from '../../../schemas/messages.ts';
import { roadsideSchema } from '../../../schemas/roadside.ts';
import { assertFinite } from '../../support/finite.ts';

// Whatever a detector, a camera's clock or a configuration comes up with: numbers stay numbers, nothing is thrown, and a state that went
// through JSON judges on as the one that did not.

const { alerts } = parseConfiguration({}, 'defaults');
const origin = { streamId: 'front', vehicleId: null, modelSet: 'm' };
const runs = { numRuns: 150 };

/** Pixels; the decoder refuses smaller ones. */
const side = fc.oneof(fc.integer({ min: 16, max: 8192 }), fc.constantFrom(16, 17, 641, 1280, 8192));
const coordinate = fc.oneof(
  fc.double({ min: -100, max: 8400, noNaN: true }),
  fc.constantFrom(0, 1, 640, 8192, -1e9, 1e9),
  fc.double({ noDefaultInfinity: false }),
);
const box = fc.tuple(coordinate, coordinate, coordinate, coordinate) as fc.Arbitrary<Box>;
/** One that a detector could have given for a picture of 1280x720. */
const likelyBox = fc
  .tuple(
    fc.integer({ min: 0, max: 1270 }),
    fc.integer({ min: 0, max: 710 }),
    fc.integer({ min: 1, max: 400 }),
    fc.integer({ min: 1, max: 400 }),
  )
  .map(([x, y, width, height]): Box => [x, y, Math.min(1280, x + width), Math.min(720, y + height)]);
const detection: fc.Arbitrary<PictureDetection> = fc.record({
  class: fc.oneof(fc.constantFrom(...roadClasses), fc.constantFrom('', 'constructor', 'kite')),
  score: fc.oneof({ weight: 4, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }, fc.double()),
  boxPx: fc.oneof({ weight: 4, arbitrary: likelyBox }, box),
});
/** Microseconds since the frame before: usual ones, jumps back and forth, years. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(16_667, 66_667, 133_333, 1_000_000) },
  fc.integer({ min: -3_000_000, max: 3_000_000 }),
  fc.constantFrom(0, -1, 86_400e6, -86_400e6, 3.2e13, -3.2e13),
);

interface Place {
  readonly epoch: number;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly rtpTimestamp: number;
  readonly width: number;
  readonly height: number;
}

/** Frames of one camera, mostly of one size and connection, each with something in it. */
function frames<Seen extends object>(seen: fc.Arbitrary<Seen>): fc.Arbitrary<(Seen & Place)[]> {
  const usual = <T>(value: T, other: fc.Arbitrary<T>) => fc.oneof({ weight: 6, arbitrary: fc.constant(value) }, other);
  const moment = fc.record({
    step,
    epochStep: usual(0, fc.integer({ min: -2, max: 2 })),
    size: usual([1280, 720] as const, fc.tuple(side, side)),
    seen,
    /** What moved from the frame before, instead of something new. */
    isRepeated: fc.boolean(),
  });
  return fc.array(moment, { minLength: 1, maxLength: 25 }).map((moments) => {
    let [epoch, capturedAtUs] = [5, 1_700_000_000_000_000];
    let last = moments[0]!.seen;
    return moments.map(({ step: passed, epochStep, size: [width, height], seen: news, isRepeated }, sequence) => {
      epoch += epochStep;
      capturedAtUs += passed;
      if (!isRepeated) last = news;
      return { ...last, epoch, sequence, capturedAtUs, rtpTimestamp: sequence * 6000, width, height };
    });
  });
}

interface Judge<Frame, State> {
  push(frame: Frame): unknown;
  snapshot(): State;
  restore(state: State): void;
}

/** Two of the same judge see the same frames; one of them goes through JSON before each. */
function holds<Frame, State>(create: () => Judge<Frame, State>, all: readonly Frame[]): void {
  const [lasting, handedOver] = [create(), create()];
  for (const frame of all) {
    const before = lasting.snapshot();
    const text = JSON.stringify(before);
    handedOver.restore(JSON.parse(text));
    const judgement = lasting.push(frame);
    assertFinite(judgement);
    assertFinite(lasting.snapshot());
    assert.equal(JSON.stringify(handedOver.push(frame)), JSON.stringify(judgement));
    assert.equal(JSON.stringify(handedOver.snapshot()), JSON.stringify(lasting.snapshot()));
    assert.equal(JSON.stringify(before), text, 'a state was changed in place');
  }
}

const camera = fc.record({
  heightMeters: fc.double({ min: 0.3, max: 5, noNaN: true }),
  pitchDegrees: fc.oneof(fc.constant(0), fc.double({ min: -30, max: 30, noNaN: true })),
  horizontalFieldOfViewDegrees: fc.oneof(fc.constant(65.2), fc.double({ min: 20, max: 150, noNaN: true })),
  bonnetFraction: fc.double({ min: 0, max: 0.5, noNaN: true }),
});
const speedMps = fc.option(fc.double({ min: 0, max: 120, noNaN: true }));
const markingPoint = fc.record({
  rowPx: fc.integer({ min: 0, max: 71 }).map((index) => 719.5 - 5 * index),
  columnPx: fc.double({ min: 0, max: 1280, noNaN: true }),
  contrast: fc.double({ min: 0, max: 255, noNaN: true }),
});
const markings = fc.record({
  rowsPx: fc.constantFrom(
    [],
    Array.from({ length: 72 }, (_, index) => 719.5 - 5 * index),
    [719.5],
  ),
  points: fc.array(markingPoint, { maxLength: 60 }).map((points) => points.toSorted((a, b) => b.rowPx - a.rowPx)),
  brightness: fc.double({ min: 0, max: 255, noNaN: true }),
});
const edge = fc.integer({ min: -8192, max: 16_384 });
const place = {
  boxPx: fc.oneof({ weight: 4, arbitrary: likelyBox }, fc.tuple(edge, edge, edge, edge) as fc.Arbitrary<Box>),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
};
const limitReading = fc.record({ kmh: fc.integer({ min: 5, max: 200 }), weight: fc.double({ min: 0, max: 1.3, noNaN: true }) });
const sighting: fc.Arbitrary<SignSighting> = fc.oneof(
  fc.record({ look: fc.constant('limit' as const), ...place, lamp: fc.constant(null), reading: fc.option(limitReading) }),
  fc.record({ look: fc.constantFrom('end-of-limit' as const, 'stop' as const), ...place, lamp: fc.constant(null) }),
  fc.record({
    look: fc.constant('light' as const),
    ...place,
    lamp: fc.constantFrom(null, 'red' as const, 'amber' as const, 'green' as const),
  }),
);

suite('wild input', () => {
  test('leaves the dashcam judge with numbers and a state that survives JSON', () => {
    const seen: fc.Arbitrary<Pick<DashcamFrame, 'detections' | 'markings' | 'signs' | 'vehicle'>> = fc.record({
      detections: fc.array(detection, { maxLength: 8 }),
      markings,
      signs: fc.array(sighting, { maxLength: 4 }),
      vehicle: fc.record({
        speedMps,
        indicator: fc.constantFrom(null, 'left', 'right', 'off'),
        attention: fc.constantFrom(null, 'road', 'away', 'asleep'),
      }),
    });
    fc.assert(
      fc.property(camera, frames(seen), (mounted, all) =>
        holds(() => createDashcamJudge({ ...origin, camera: cameraSchema.parse(mounted), alerts }), all),
      ),
      runs,
    );
  });

  test('leaves the driver judge with numbers and a state that survives JSON', () => {
    const angle = fc.double({ min: -180, max: 180, noNaN: true });
    const aspect = fc.double({ min: 0, max: 3, noNaN: true });
    const face = fc.record({
      yawDegrees: angle,
      pitchDegrees: angle,
      rollDegrees: angle,
      boxPx: likelyBox,
      contoursPx: fc.constant([[1, 2, 3, 4]]),
      leftEyeAspect: aspect,
      rightEyeAspect: aspect,
      irisPlace: fc.double({ min: -2, max: 3, noNaN: true }),
      mouthAspect: aspect,
      isEyeHidden: fc.boolean(),
    });
    const seen: fc.Arbitrary<Pick<DriverFrame, 'light' | 'faceBoxPx' | 'face' | 'speedMps'>> = fc.record({
      light: fc.record({ mean: fc.integer({ min: 0, max: 255 }), spread: fc.integer({ min: 0, max: 127 }) }),
      faceBoxPx: fc.option(likelyBox),
      face: fc.option(face),
      speedMps,
    });
    fc.assert(
      fc.property(frames(seen), (all) => holds(() => createDriverJudge({ ...origin, thresholds: alerts.driver }), all)),
      runs,
    );
  });

  test('leaves a face measured with numbers, however its points lie', () => {
    const place = fc.constantFrom(0, 1, -1, 640, 8192, -5000, 1e6);
    fc.assert(
      fc.property(fc.integer(), place, fc.constantFrom(0, 1e-9, 0.1, 100, 8192), (seed, middle, spread) => {
        let random = seed >>> 0;
        const points = Float32Array.from({ length: 3 * 478 }, () => {
          random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
          return middle + spread * (random / 2 ** 32 - 0.5);
        });
        assertFinite(measureFace(points, false));
      }),
      runs,
    );
  });

  test('leaves the roadside judge with numbers and a state that survives JSON', () => {
    const roadside = {
      ground: [
        { picture: [0.1, 0.95], meters: [-4, 8] },
        { picture: [0.9, 0.95], meters: [4, 8] },
        { picture: [0.6, 0.3], meters: [4, 60] },
        { picture: [0.4, 0.3], meters: [-4, 60] },
      ],
      regions: [
        {
          id: 'away',
          polygon: [
            [0, 1],
            [0.4, 0.2],
            [0.6, 0.2],
            [1, 1],
          ],
          direction: [
            [0.5, 0.9],
            [0.5, 0.4],
          ],
        },
      ],
    };
    const checked = roadsideSchema.parse(roadside);
    const seen: fc.Arbitrary<Pick<RoadsideFrame, 'detections'>> = fc.record({ detections: fc.array(detection, { maxLength: 8 }) });
    fc.assert(
      fc.property(frames(seen), fc.boolean(), (all, isMeasured) =>
        holds(
          () =>
            createRoadsideJudge({
              ...origin,
              roadside: isMeasured ? checked : { ...checked, ground: null, regions: [{ ...checked.regions[0]!, direction: null }] },
              alerts: alerts.roadside,
            }),
          all,
        ),
      ),
      runs,
    );
  });

  test('leaves readings of text with numbers and a state that survives JSON', () => {
    const line: fc.Arbitrary<TextLine> = fc.record({
      text: fc.oneof(fc.constantFrom('', ' ', 'B-AB 123', 'B-A8 123', '50'), fc.string({ maxLength: 12, unit: 'binary' })),
      confidence: fc.double({ min: 0, max: 1, noNaN: true }),
      cornersPx: fc
        .tuple(likelyBox, fc.boolean())
        .map(([[x1, y1, x2, y2], isFlat]) => (isFlat ? [x1, y1, x1, y1, x1, y1, x1, y1] : [x1, y1, x2, y1, x2, y2, x1, y2])),
    });
    fc.assert(
      fc.property(frames(fc.record({ lines: fc.array(line, { maxLength: 6 }) })), (all) => {
        const create = () => {
          let state = nothingRead;
          return {
            push({ lines, ...frame }: (typeof all)[number]) {
              const read = stepReadings(state, { ...frame, streamId: 'page' }, lines);
              state = read.state;
              return read.readings;
            },
            snapshot: () => state,
            restore(from: typeof state) {
              state = from;
            },
          };
        };
        holds(create, all);
      }),
      runs,
    );
  });

  test('leaves the lane follower with numbers, in every camera and for every step', () => {
    fc.assert(
      fc.property(
        camera,
        fc.tuple(side, side),
        fc.array(fc.record({ markings, seconds: fc.double({ min: 0.01, max: 2, noNaN: true }), isCut: fc.boolean() }), { maxLength: 20 }),
        (mounted, [width, height], all) => {
          let state = noLane;
          for (const { markings: seen, seconds, isCut } of all) {
            const before = JSON.parse(JSON.stringify(state)) as typeof state;
            const frame = { camera: createCamera(cameraSchema.parse(mounted), width, height), markings: seen, boxes: [], seconds, isCut };
            const judged = stepLanes(state, frame);
            assertFinite(judged);
            assert.equal(JSON.stringify(stepLanes(before, frame)), JSON.stringify(judged));
            state = judged.state;
          }
        },
      ),
      runs,
    );
  });
});
