import type { Box, Lanes } from '../../schemas/messages.ts';
import type { BoxBias } from './box-bias.ts';
import { type Camera, depressionRadians, tilted } from './geometry.ts';
import { shapeOf, sigmaOf } from './lanes/lane-filter.ts';
import type { LaneState } from './lanes/lane-follower.ts';
import { learnPitch, type PitchCalibration } from './lanes/pitch-calibration.ts';
import { roadUserOf } from './road-users.ts';
import { type Measurement, sight } from './sighting.ts';

const degree = Math.PI / 180;
/** Radians: what both lines together are wrong by, however well they fit: the road bends up and down, and a lens is no pinhole. */
const leastLaneSigmaRadians = 0.1 * degree;
/** Relative: of a class whose widths differ by more, one vehicle says too little. */
const mostWidthSpread = 0.1;
/** Radians: with what is known of a car's width, one nearer than 15 m says too little. */
const mostVehicleSigmaRadians = 0.45 * degree;
/** Seconds for which one vehicle tells: its width is wrong by the same in all frames, while slopes come and go. */
const vehicleSeconds = 20;

/**
 * The camera as it looks just now: slopes, braking and load tilt it from how it is mounted. Both lines of the lane tell by where they
 * meet; without them, what has been learnt holds.
 * @param camera As configured.
 * @param lanes What is told of the lane.
 */
export function cameraNow(camera: Camera, { filter, calibration }: LaneState, lanes: Lanes | null): Camera {
  if (filter && lanes?.lines.length === 2)
    return tilted(camera, shapeOf(filter).pitchRadians, Math.hypot(leastLaneSigmaRadians, sigmaOf(filter, 'pitch')));
  // Who has configured the pitch is believed, until what is seen says otherwise.
  const doubt = Math.min(Math.sqrt(calibration.variance), Math.abs(calibration.pitchRadians));
  return tilted(camera, calibration.pitchRadians, Math.hypot(camera.pitchSigmaRadians, doubt));
}

/** A vehicle's box of this frame. */
export interface SeenVehicle {
  readonly class: string;
  readonly score: number;
  readonly boxPx: Box;
  /** For how long it has been measured. */
  readonly knownSeconds: number;
}

/**
 * Where the camera looks, learnt from vehicles while no lane tells it better.
 * @param frame.camera As configured.
 */
export function learnFromVehicles(
  before: PitchCalibration,
  lanes: Lanes | null,
  frame: { readonly camera: Camera; readonly bias: BoxBias; readonly vehicles: readonly SeenVehicle[]; readonly seconds: number },
): PitchCalibration {
  if (lanes?.lines.length === 2) return before;
  const learnt = frame.vehicles.reduce((calibration, vehicle) => {
    const pitch = vehicle.knownSeconds <= vehicleSeconds ? pitchByVehicle(frame.camera, vehicle, frame.bias) : null;
    return pitch ? learnPitch(calibration, pitch.value, pitch.sigma, frame.seconds) : calibration;
  }, before);
  // Vehicles on the same slope contradict it together: a frame of many counts for no longer than one.
  return { ...learnt, strangeSeconds: Math.min(learnt.strangeSeconds, before.strangeSeconds + frame.seconds) };
}

/**
 * By a vehicle's width, which tells its distance, and the row in which it stands.
 * @returns Radians further down than configured; null where it is not whole in the picture, shows its flank, or tells too little.
 */
export function pitchByVehicle(camera: Camera, { class: className, score, boxPx }: SeenVehicle, bias: BoxBias): Measurement | null {
  const user = roadUserOf(className);
  if (user?.widthMeters === undefined || user.widthSpread! > mostWidthSpread) return null;
  const { width, height } = sight(camera, boxPx, score, user, bias);
  if (!width || !height) return null;
  const depression = Math.atan((camera.heightMeters * Math.exp(width.value)) / user.widthMeters);
  const sigma = depression * Math.hypot(user.widthSpread!, width.sigma);
  return sigma > mostVehicleSigmaRadians ? null : { value: depression - depressionRadians(camera, boxPx[3]), sigma };
}
