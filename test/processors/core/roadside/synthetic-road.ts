import { bodyOf } from '../../../../ingest/simulator/bodies.ts';
import { cameraOf, clipBox } from '../../../../ingest/simulator/camera.ts';
import { randomFrom } from '../../../../ingest/simulator/drawing/noise.ts';
import { countryMast } from '../../../../ingest/simulator/scenarios/roadside-country.ts';
import { outline } from '../../../../ingest/simulator/world.ts';
import type { PictureDetection } from '../../../../processors/core/byte-track.ts';
import { createRoadsideJudge, type RoadsideJudge, type RoadsideJudgement } from '../../../../processors/core/roadside/roadside-judge.ts';
import { roadsideAlertsSchema, roadsideSchema } from '../../../../schemas/roadside.ts';

/** Somebody on the country road below the mast, without any picture: boxes as a detector would give them. */
export interface Passer {
  readonly model?: 'saloon' | 'truck' | 'person';
  /** Right of the middle of the lane that leads away. */
  readonly lateralMeters: number;
  /** From the camera to its nearest face; null while it is not there or not seen. */
  readonly alongMeters: (seconds: number) => number | null;
}

export const framesPerSecond = 15;
/** One sigma of a box's edges: what detectors' boxes jump at these distances. */
const edgeSigmaPx = 1;
const camera = cameraOf(countryMast.camera.heightMeters, countryMast.camera.pitchDegrees);
const mastMeters = countryMast.ego.laneOffsetMeters[0]![1];

export function roadsideJudge(changes: object = {}, alerts: object = {}): RoadsideJudge {
  return createRoadsideJudge({
    streamId: 'mast',
    vehicleId: null,
    modelSet: 'none',
    roadside: roadsideSchema.parse({ ...countryMast.site, ...changes }),
    alerts: roadsideAlertsSchema.parse(alerts),
  });
}

/** Judges what passes, frame by frame. @param from First frame, so that a judge can go on where it was. */
export function watch(
  judge: RoadsideJudge,
  passers: readonly Passer[],
  seconds: number,
  { from = 0, seed = 1, epoch = 1 } = {},
): RoadsideJudgement[] {
  const random = randomFrom(seed);
  const noise = () => edgeSigmaPx * (random() + random() + random() + random() - 2) * Math.sqrt(3);
  return Array.from({ length: Math.round(seconds * framesPerSecond) }, (_, index) => {
    const sequence = from + index;
    const at = sequence / framesPerSecond;
    const detections = passers.flatMap(({ model = 'saloon', lateralMeters, alongMeters }): PictureDetection[] => {
      const along = alongMeters(at);
      if (along === null || along < 6 || along > 90) return [];
      const body = bodyOf(model, false, undefined);
      const box = clipBox(camera, outline(camera, body, lateralMeters - mastMeters, along, 0));
      if (!box) return [];
      const [x1, y1, x2, y2] = box;
      return [{ class: body.class, score: 0.7, boxPx: [x1 + noise(), y1 + noise(), x2 + noise(), y2 + noise()] }];
    });
    const { width, height } = camera;
    return judge.push({
      epoch,
      sequence,
      capturedAtUs: Math.round(at * 1e6),
      rtpTimestamp: Math.round(at * 90_000),
      width,
      height,
      detections,
    });
  });
}

/** Drives on at one speed, and is beside the camera at that time. */
export const passing = (speedMps: number, besideAtSeconds: number) => (seconds: number) => speedMps * (seconds - besideAtSeconds);
