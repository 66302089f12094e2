import { randomFrom } from '../../../ingest/simulator/drawing/noise.ts';
import { boxBiasOf } from '../../../processors/core/box-bias.ts';
import type { DashcamFrame, DashcamJudgement, PictureDetection } from '../../../processors/core/dashcam-judge.ts';
import { createDashcamJudge } from '../../../processors/core/dashcam-judge.ts';
import { intersectionOverUnion } from '../../../schemas/box.ts';
import { parseConfiguration } from '../../../schemas/configuration.ts';
import type { Box, Track } from '../../../schemas/messages.ts';

/** Someone on the road, moving along it and across it. */
export interface Actor {
  readonly class: 'car' | 'truck' | 'person';
  readonly widthMeters: number;
  readonly heightMeters: number;
  readonly lengthMeters: number;
  /** Ahead of the camera at the start. */
  readonly startGapMeters: number;
  /** Along the ego's direction; negative comes towards it. */
  readonly speedMps: (seconds: number) => number;
  readonly lateralMeters: (seconds: number) => number;
}

export interface Scenario {
  readonly seconds: number;
  readonly egoSpeedMps: (seconds: number) => number;
  /** The first one is whom the truth is about. */
  readonly actors: readonly Actor[];
}

export interface Truth {
  readonly gapMeters: number;
  readonly closingSpeedMps: number;
  readonly ttcSeconds: number | null;
  readonly boxPx: Box;
}

export interface DrivenFrame {
  readonly seconds: number;
  readonly frame: DashcamFrame;
  /** Of the first actor; null once it has been reached. */
  readonly truth: Truth | null;
}

export const camera = { heightMeters: 1.3, pitchDegrees: 0, horizontalFieldOfViewDegrees: 65.2, bonnetFraction: 0 };
const width = 1280;
const height = 720;
const focalPx = 1000;
const horizonPx = 360;
/** The requirement's case: a car that comes into sight here. Detectors see some farther. */
const farthestSeenMeters = 70;

/**
 * Width error of the boxes by distance, relative, mirrors included: both detectors on the simulator's car-to-car drives, the whole
 * picture below 15 m.
 */
const widthErrors: readonly (readonly [meters: number, error: number])[] = [
  [0, 0.02],
  [12, 0.06],
  [15, 0.03],
  [20, 0.04],
  [30, 0.06],
  [40, 0.05],
  [60, 0.06],
  [70, 0.05],
];

function normalFrom(random: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A value that wanders around 0 with the given spread and memory. */
function wanderer(normal: () => number, sigma: number, memorySeconds: number): (stepSeconds: number) => number {
  let value = sigma * normal();
  return (stepSeconds) => {
    const keep = Math.exp(-stepSeconds / memorySeconds);
    value = keep * value + sigma * Math.sqrt(1 - keep * keep) * normal();
    return value;
  };
}

/**
 * A detector is wrong by a share that depends on how large it sees something: measured on drawn approaches, boxes are too low at one
 * distance and too high at half of it.
 */
function waveOverSize(random: () => number, amplitude: number): (meters: number) => number {
  const phase = 2 * Math.PI * random();
  const wavelength = 0.8 + 0.4 * random();
  return (meters) => amplitude * Math.sin((2 * Math.PI * Math.log(Math.max(1, meters))) / wavelength + phase);
}

/** Drives a scenario and sees it as a detector would: biased and jumping boxes, a nodding camera, misses, mistaken classes, ghosts. */
export function drive(scenario: Scenario, seed: number, framesPerSecond = 15): DrivenFrame[] {
  const random = randomFrom(seed);
  const normal = normalFrom(random);
  const pitch = wanderer(normal, (0.2 * Math.PI) / 180, 0.3);
  const pitchOffset = ((0.2 * Math.PI) / 180) * normal();
  const yaw = wanderer(normal, (0.05 * Math.PI) / 180, 0.5);
  const actors = scenario.actors.map((actor) => ({
    ...actor,
    gap: actor.startGapMeters,
    // What a detector does wrong it does again in the next frame, for as long as the picture is alike.
    widthWander: wanderer(normal, 0.01, 0.4),
    heightWander: wanderer(normal, 0.01, 0.4),
    widthWave: waveOverSize(random, 0.03),
    heightWave: waveOverSize(random, actor.class === 'person' ? 0.03 : 0.07),
  }));
  const step = 1 / framesPerSecond;
  const frames: DrivenFrame[] = [];
  for (let index = 0; index * step < scenario.seconds; index++) {
    const seconds = index * step;
    const pitchRadians = pitchOffset + pitch(step);
    const yawRadians = yaw(step);
    const detections: PictureDetection[] = [];
    for (const actor of actors) {
      const box = project(actor, actor.lateralMeters(seconds), actor.gap);
      const widthFactor = 1 + widthErrorAt(actor.gap) + actor.widthWave(actor.gap) + actor.widthWander(step);
      const heightFactor = 1 + actor.heightWave(actor.gap) + actor.heightWander(step);
      if (!box || actor.gap > farthestSeenMeters || random() > 0.94) continue;
      const edge = (size: number) => Math.hypot(0.6, 0.007 * size) * normal();
      const [w, h] = [(box[2] - box[0]) * widthFactor, (box[3] - box[1]) * heightFactor];
      const middle = (box[0] + box[2]) / 2 + focalPx * yawRadians;
      const bottom = box[3] + focalPx * pitchRadians;
      const seen: Box = [middle - w / 2 + edge(w), bottom - h + edge(h), middle + w / 2 + edge(w), bottom + edge(h)];
      detections.push({
        class: actor.class === 'car' && random() < 0.04 ? 'truck' : actor.class,
        score: Math.min(0.95, Math.max(0.12, 0.6 + 0.12 * normal())),
        boxPx: clip(seen),
      });
    }
    if (random() < 0.15) {
      const x = random() * 1200;
      const y = 300 + random() * 200;
      const size = 20 + random() * 60;
      detections.push({ class: 'car', score: 0.1 + 0.3 * random(), boxPx: clip([x, y, x + size, y + size * 0.8]) });
    }
    const first = actors[0]!;
    const closingSpeedMps = scenario.egoSpeedMps(seconds) - first.speedMps(seconds);
    const boxPx = project(first, first.lateralMeters(seconds), first.gap);
    frames.push({
      seconds,
      frame: {
        epoch: 1_750_000_000_000_000,
        sequence: index * 2,
        capturedAtUs: 1_750_000_000_000_000 + Math.round(seconds * 1e6),
        rtpTimestamp: Math.round(seconds * 90_000),
        width,
        height,
        detections,
      },
      truth: boxPx && {
        gapMeters: first.gap,
        closingSpeedMps,
        ttcSeconds: closingSpeedMps > 0 ? first.gap / closingSpeedMps : null,
        boxPx,
      },
    });
    const substeps = 20;
    for (let i = 0; i < substeps; i++) {
      const at = seconds + (i * step) / substeps;
      for (const actor of actors) actor.gap += ((actor.speedMps(at) - scenario.egoSpeedMps(at)) * step) / substeps;
    }
  }
  return frames;
}

/** Judges a drive. @returns One judgement a frame. */
export function judgeDrive(frames: readonly DrivenFrame[]): DashcamJudgement[] {
  const judge = createDashcamJudge({
    streamId: 'synthetic',
    vehicleId: null,
    camera,
    alerts: parseConfiguration({}, 'defaults').alerts,
    modelSet: 'synthetic',
    boxBias: boxBiasOf(''),
  });
  return frames.map(({ frame }) => judge.push(frame));
}

/** @returns The track on the first actor, if there is one. */
export function trackOf(truth: Truth, judgement: DashcamJudgement): Track | undefined {
  return judgement.tracks.find((track) => intersectionOverUnion(track.boxPx, truth.boxPx) > 0.4);
}

function widthErrorAt(meters: number): number {
  const after = widthErrors.findIndex(([at]) => at > meters);
  if (after < 0) return widthErrors.at(-1)![1];
  const [x1, y1] = widthErrors[Math.max(0, after - 1)]!;
  const [x2, y2] = widthErrors[after]!;
  return y1 + ((y2 - y1) * (meters - x1)) / (x2 - x1);
}

/** The box of a body with a near face, and a side where it is not straight ahead. */
function project({ widthMeters, heightMeters, lengthMeters }: Actor, lateral: number, gap: number): Box | null {
  if (gap < 1.5) return null;
  const [left, right] = [lateral - widthMeters / 2, lateral + widthMeters / 2];
  const far = gap + lengthMeters;
  const x1 = width / 2 + focalPx * Math.min(left / gap, left / far);
  const x2 = width / 2 + focalPx * Math.max(right / gap, right / far);
  if (x2 < 5 || x1 > width - 5) return null;
  return [x1, horizonPx + (focalPx * (camera.heightMeters - heightMeters)) / gap, x2, horizonPx + (focalPx * camera.heightMeters) / gap];
}

function clip([x1, y1, x2, y2]: Box): Box {
  return [Math.max(0, x1), Math.max(0, y1), Math.min(width, x2), Math.min(height, y2)];
}
