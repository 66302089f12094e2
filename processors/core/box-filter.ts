import type { Box } from '../../schemas/messages.ts';
import { correctMovingValue, type MovingValue, predictMovingValue, startMovingValue } from './kalman.ts';

/**
 * A moving box: centre, aspect (width over height) and height, each at a nearly constant velocity.
 * SORT's eight-dimensional filter has no term between the four, so it is four small ones.
 * Source: Wojke, Bewley, Paulus, Simple Online and Realtime Tracking with a Deep Association Metric, 2017, and its code;
 * ByteTrack uses it unchanged.
 */
export interface MovingBox {
  readonly x: MovingValue;
  readonly y: MovingValue;
  readonly aspect: MovingValue;
  readonly height: MovingValue;
}

/** Of the height: how well a detector places an edge (SORT's std_weight_position). */
const positionWeight = 1 / 20;
/** Of the height, in one frame of a 30 frames/s video: how much velocity changes (SORT's std_weight_velocity). */
const velocityWeight = 1 / 160;
/** SORT's weights mean steps of such a video. */
const framesPerSecond = 30;
/** SORT: of the aspect's measurement, its drift in a frame, and its velocity's drift in a frame. */
const aspectSigma = 0.1;
const aspectDrift = 1e-2;
const aspectVelocityDrift = 1e-5;
/** Pixels. A box that shrinks without being seen stops here. */
const smallestHeightPx = 2;
const smallestAspect = 0.05;

export function startMovingBox(box: Box): MovingBox {
  const [x, y, aspect, height] = centreForm(box);
  const positionSigma = 2 * positionWeight * height;
  const velocitySigma = 10 * velocityWeight * height * framesPerSecond;
  return {
    x: startMovingValue(x, positionSigma, velocitySigma),
    y: startMovingValue(y, positionSigma, velocitySigma),
    aspect: startMovingValue(aspect, aspectDrift, aspectVelocityDrift * framesPerSecond),
    height: startMovingValue(height, positionSigma, velocitySigma),
  };
}

/** @param seconds At least 0. */
export function predictMovingBox(state: MovingBox, seconds: number): MovingBox {
  const positionNoise = (positionWeight * state.height.value) ** 2 * framesPerSecond;
  const velocityNoise = (velocityWeight * state.height.value * framesPerSecond) ** 2 * framesPerSecond;
  const height = predictMovingValue(state.height, seconds, positionNoise, velocityNoise);
  const aspect = predictMovingValue(
    state.aspect,
    seconds,
    aspectDrift ** 2 * framesPerSecond,
    (aspectVelocityDrift * framesPerSecond) ** 2 * framesPerSecond,
  );
  return {
    x: predictMovingValue(state.x, seconds, positionNoise, velocityNoise),
    y: predictMovingValue(state.y, seconds, positionNoise, velocityNoise),
    aspect: aspect.value < smallestAspect ? { ...aspect, value: smallestAspect, velocity: 0 } : aspect,
    height: height.value < smallestHeightPx ? { ...height, value: smallestHeightPx, velocity: 0 } : height,
  };
}

export function correctMovingBox(state: MovingBox, box: Box): MovingBox {
  const [x, y, aspect, height] = centreForm(box);
  const sigma = positionWeight * state.height.value;
  return {
    x: correctMovingValue(state.x, x, sigma),
    y: correctMovingValue(state.y, y, sigma),
    aspect: correctMovingValue(state.aspect, aspect, aspectSigma),
    height: correctMovingValue(state.height, height, sigma),
  };
}

/** @returns x1, y1, x2, y2 in pixels. */
export function boxOf({ x, y, aspect, height }: MovingBox): Box {
  const halfWidth = (aspect.value * height.value) / 2;
  const halfHeight = height.value / 2;
  return [x.value - halfWidth, y.value - halfHeight, x.value + halfWidth, y.value + halfHeight];
}

/** @returns Change of each coordinate of the box, pixels a second. */
export function boxVelocityOf({ x, y, aspect, height }: MovingBox): Box {
  const halfWidth = (aspect.velocity * height.value + aspect.value * height.velocity) / 2;
  const halfHeight = height.velocity / 2;
  return [x.velocity - halfWidth, y.velocity - halfHeight, x.velocity + halfWidth, y.velocity + halfHeight];
}

function centreForm([x1, y1, x2, y2]: Box): [x: number, y: number, aspect: number, height: number] {
  return [(x1 + x2) / 2, (y1 + y2) / 2, (x2 - x1) / (y2 - y1), y2 - y1];
}
