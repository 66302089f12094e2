import type { Alert } from '../../schemas/messages.ts';
import { type AlertFrame, type AlertKind, type AlertOrigin, type AlertWatch, noAlert, stepAlertWatch } from './alert-watch.ts';
import { type AimWatch, aimChange, type CameraAim, stepAim, unknownAim } from './camera-aim.ts';
import { stepView, type ViewWatch } from './camera-view.ts';

/** How well one picture can be seen. */
export interface PictureFigures {
  /** Luma of the whole picture, 0..255, and its standard deviation. */
  readonly mean: number;
  readonly deviation: number;
  /** Mean difference of luma between points an eightieth of the picture's width apart. */
  readonly contrast: number;
  /** 0 is as blurred as can be; real roads give 0.10 to 0.29, drawn ones more. */
  readonly sharpness: number;
  /** Share of the picture that is white or black. */
  readonly whiteShare: number;
  readonly blackShare: number;
  /** A hash of the picture: two that are the same to the last bit have the same. */
  readonly fingerprint: number;
}

/** What tells that a camera was moved; neither is there of one that looks at a driver, who moves, or at pages. */
export interface CameraPlace {
  /** Of a camera that stands still: cells of camera-view.ts. */
  readonly view?: readonly number[];
  /** Of a dashcam: as the lane shows it. */
  readonly aim?: CameraAim | null;
}

/** All that one picture tells of the camera. */
interface Look {
  readonly figures: PictureFigures;
  readonly fingerprintBefore: number | null;
  readonly isMoved: boolean;
}

/**
 * What can be wrong with a camera, the gravest first: only the first that applies is told. No standard gives these thresholds. They were
 * measured on real footage of roads, streets and cabins (contrast 1.5 and more, sharpness 0.10 and more, at most two thirds of a dusk picture black), and
 * on the same pictures blurred (sigma of 4 px: 0.02 to 0.03) and covered (contrast 0.5 and less).
 */
const faults = {
  covered: {
    isSo: ({ figures: { contrast, deviation } }: Look) => contrast < 0.7 && deviation < 25,
    seconds: 2,
    says: 'shows nothing: it is covered',
  },
  underexposed: { isSo: ({ figures: { blackShare } }: Look) => blackShare > 0.9, seconds: 5, says: 'is too dark to see anything' },
  overexposed: {
    isSo: ({ figures: { whiteShare } }: Look) => whiteShare > 0.5,
    seconds: 5,
    says: 'is blinded: half of its picture is white',
  },
  blurred: { isSo: ({ figures: { sharpness } }: Look) => sharpness < 0.02, seconds: 5, says: 'is blurred: clean or focus it' },
  // An encoder repeats a picture to the last bit only when it is fed the same one; a standing car's camera has noise.
  frozen: {
    isSo: ({ figures, fingerprintBefore }: Look) => figures.fingerprint === fingerprintBefore,
    seconds: 10,
    says: 'is frozen: it sends the same picture again and again',
  },
  // Until the new place has become the usual one.
  moved: { isSo: ({ isMoved }: Look) => isMoved, seconds: 10, says: 'has been moved: configure anew where it looks' },
} as const;

export type CameraFault = keyof typeof faults;
const faultNames = Object.keys(faults) as CameraFault[];

const kinds = Object.fromEntries(
  faultNames.map((fault): [CameraFault, AlertKind] => [
    fault,
    {
      type: `camera-${fault}`,
      rule: 'Measured on real pictures; no standard says when a camera is blind',
      policy: { confirmFrames: 1, clearSeconds: 3, cooldownSeconds: 60, hourlyBudget: 12 },
      describeEnd: (seconds) =>
        fault === 'moved'
          ? `The camera is back, or its new place is taken as the usual one, after ${seconds.toFixed(0)} s.`
          : `The camera is well again after ${seconds.toFixed(0)} s.`,
    },
  ]),
) as Readonly<Record<CameraFault, AlertKind>>;

/** Seconds after which another light, and so another view, is to be expected. */
const mostViewGapSeconds = 600;
/** Pictures further apart tell nothing of the time between, seconds. */
const mostStepSeconds = 2;

/** Plain JSON, never changed in place. */
export interface CameraHealth {
  readonly epoch: number | null;
  readonly capturedAtUs: number;
  readonly clockSeconds: number;
  /** Of the picture before. */
  readonly fingerprint: number | null;
  /** The fault that the pictures show without a break, and since when. */
  readonly seen: { readonly fault: CameraFault; readonly sinceUs: number } | null;
  readonly watches: Readonly<Partial<Record<CameraFault, AlertWatch>>>;
  readonly view: ViewWatch | null;
  readonly aim: AimWatch;
}

export const unknownHealth: CameraHealth = {
  epoch: null,
  capturedAtUs: 0,
  clockSeconds: 0,
  fingerprint: null,
  seen: null,
  watches: {},
  view: null,
  aim: unknownAim,
};

export interface HealthStep {
  readonly health: CameraHealth;
  /** What is wrong now, once it is sure. */
  readonly fault: CameraFault | null;
  readonly alerts: readonly Alert[];
}

/** One picture more. An alert is raised once, when a fault is sure, and cleared when it is gone. */
export function stepCameraHealth(
  before: CameraHealth,
  origin: AlertOrigin,
  frame: AlertFrame,
  figures: PictureFigures,
  place: CameraPlace = {},
): HealthStep {
  const passed = (frame.capturedAtUs - before.capturedAtUs) / 1e6;
  const isContinued = before.epoch === frame.epoch && passed > 0 && passed <= mostStepSeconds;
  const clockSeconds = before.clockSeconds + (before.epoch === null ? 0 : Math.max(0, passed));
  const passedSeconds = isContinued ? passed : 0;
  const showing = (isMoved: boolean) =>
    faultNames.find((fault) => faults[fault].isSo({ figures, fingerprintBefore: before.fingerprint, isMoved }));
  // A picture that shows nothing does not show where the camera looks either.
  const isBlind = showing(false) !== undefined;
  const known = passed > mostViewGapSeconds ? null : before.view;
  const view = isBlind || !place.view ? known : stepView(known, place.view, passedSeconds);
  const aim = isBlind ? before.aim : stepAim(before.aim, place.aim ?? null, passedSeconds);
  const change = aimChange(aim);
  const shown = showing(change !== null || view?.isOther === true);
  const sinceUs = isContinued && before.seen !== null && before.seen.fault === shown ? before.seen.sinceUs : frame.capturedAtUs;
  const seconds = (frame.capturedAtUs - sinceUs) / 1e6;
  const fault = shown !== undefined && seconds >= faults[shown].seconds ? shown : null;

  const watches: Partial<Record<CameraFault, AlertWatch>> = {};
  const alerts: Alert[] = [];
  for (const name of faultNames) {
    const watch = before.watches[name];
    if (!watch && name !== fault) continue;
    const step = stepAlertWatch(watch ?? noAlert, kinds[name], origin, frame, clockSeconds, {
      severity: name === fault ? 'caution' : null,
      isHeld: name === shown,
      isSeen: true,
      message: `The camera ${faults[name].says}.`,
      evidence: { seconds, contrast: figures.contrast, sharpness: figures.sharpness, meanLuma: figures.mean, ...degreesOf(name, change) },
    });
    watches[name] = step.watch;
    alerts.push(...step.alerts);
  }
  const { epoch, capturedAtUs } = frame;
  const seen = shown === undefined ? null : { fault: shown, sinceUs };
  const { fingerprint } = figures;
  return { health: { epoch, capturedAtUs, clockSeconds, fingerprint, seen, watches, view, aim }, fault, alerts };
}

function degreesOf(fault: CameraFault, change: CameraAim | null): Readonly<Record<string, number>> {
  if (fault !== 'moved' || !change) return {};
  return { downDegrees: (change.downRadians * 180) / Math.PI, rightDegrees: (change.rightRadians * 180) / Math.PI };
}
