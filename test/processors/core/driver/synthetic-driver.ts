import type { FaceMeasure } from '../../../../processors/core/driver/face-measure.ts';
import type { DriverFrame } from '../../../../processors/core/driver-judge.ts';

/** What a driver does at a moment; what is not given is attentive. */
export interface Moment {
  /** Eye aspect ratio of both eyes. */
  readonly eyes?: number;
  readonly mouth?: number;
  readonly yaw?: number;
  readonly pitch?: number;
  /** face: everything is seen. hidden: a face without features. glasses: dark ones. gone: no face. covered: no picture. */
  readonly seen?: 'face' | 'hidden' | 'glasses' | 'gone' | 'covered';
  readonly speedMps?: number;
}

export const openEyes = 0.3;
export const shutEyes = 0.08;

export function faceOf({ eyes = openEyes, mouth = 0.02, yaw = 0, pitch = 0, seen }: Moment): FaceMeasure {
  return {
    boxPx: [500, 200, 700, 450],
    contoursPx: [],
    leftEyeAspect: eyes,
    rightEyeAspect: eyes,
    irisPlace: 0.5,
    mouthAspect: mouth,
    yawDegrees: yaw,
    pitchDegrees: pitch,
    rollDegrees: 0,
    isEyeHidden: seen === 'glasses',
  };
}

/** Pictures of a driver who does what `at` says at each moment. */
export function driverFrames(seconds: number, at: (seconds: number) => Moment, framesPerSecond = 15): DriverFrame[] {
  return Array.from({ length: Math.round(seconds * framesPerSecond) }, (_, index) => {
    const now = index / framesPerSecond;
    const moment = at(now);
    const { seen = 'face', speedMps = null } = moment;
    const isFace = seen === 'face' || seen === 'glasses';
    return {
      epoch: 1,
      sequence: index,
      capturedAtUs: 1_750_000_000_000_000 + Math.round(now * 1e6),
      rtpTimestamp: Math.round(now * 90_000),
      width: 1280,
      height: 720,
      speedMps,
      light: seen === 'covered' ? { mean: 12, spread: 2 } : { mean: 90, spread: 50 },
      faceBoxPx: isFace || seen === 'hidden' ? [500, 200, 700, 450] : null,
      face: isFace ? faceOf(moment) : null,
    };
  });
}

/** A blink of 0.2 s every four seconds, as people do. */
export const blinking = (now: number): Moment => ((now + 2) % 4 > 3.8 ? { eyes: shutEyes } : {});
