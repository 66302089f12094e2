import { randomFrom } from '../drawing/noise.ts';
import type { Profile } from '../profile.ts';
import type { Act } from './scenario.ts';

/** A length of time, in seconds from the scenario's beginning. */
export interface Span {
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/**
 * Blinks at random times.
 * @param perMinute 17 on average in calm people (Bentivoglio et al. 1997).
 */
export function blinks(span: Span & { readonly seed: number; readonly perMinute?: number }): Act[] {
  const random = randomFrom(span.seed);
  const meanSeconds = 60 / (span.perMinute ?? 17);
  const acts: Act[] = [];
  // Between half and one and a half of the mean.
  for (let at = span.fromSeconds + meanSeconds * random(); at + 0.4 < span.toSeconds; at += meanSeconds * (0.5 + random()))
    acts.push(blink(at, 0.02 + 0.05 * random()));
  return acts;
}

/**
 * One blink: lids fall within 0.08 s and take twice as long to open (Caffier et al. 2003: 0.2 s altogether when awake, longer when drowsy).
 * @param shutSeconds How long they stay shut.
 */
export function blink(atSeconds: number, shutSeconds: number): Act {
  const [shut, opening] = [atSeconds + 0.08, atSeconds + 0.08 + shutSeconds];
  return act({ fromSeconds: atSeconds, toSeconds: opening + 0.16 }, 'eyeOpenness', [
    [atSeconds, 1],
    [shut, 0],
    [opening, 0],
    [opening + 0.09, 0.8],
    [opening + 0.16, 1],
  ]);
}

/** Eyes shut for a while, the head sinking with them as sleepers' heads do. */
export function microsleep(atSeconds: number, shutSeconds: number): Act[] {
  const [shut, opening] = [atSeconds + 0.25, atSeconds + 0.25 + shutSeconds];
  const span = { fromSeconds: atSeconds, toSeconds: opening + 0.3 };
  return [
    act(span, 'eyeOpenness', [
      [atSeconds, 1],
      [shut, 0],
      [opening, 0],
      [opening + 0.25, 1],
    ]),
    act(span, 'pitchDegrees', [
      [shut, 0],
      [opening - 0.1, -Math.min(10, 4 * shutSeconds)],
      [opening + 0.3, 0],
    ]),
  ];
}

/** Lids that fall slowly, stay shut and open slowly, again and again: what PERCLOS measures (Wierwille et al. 1994). */
export function heavyLids(span: Span & { readonly seed: number; readonly everySeconds: number; readonly shutSeconds: number }): Act[] {
  const random = randomFrom(span.seed);
  const acts: Act[] = [
    // Between the closures the lids hang: eyes are no longer wide open.
    act(span, 'eyeOpenness', [
      [span.fromSeconds, 1],
      [span.fromSeconds + 3, 0.78],
      [span.toSeconds - 3, 0.78],
      [span.toSeconds, 1],
    ]),
  ];
  for (let at = span.fromSeconds + 1; at + 2 < span.toSeconds; at += span.everySeconds * (0.8 + 0.4 * random())) {
    const shut = at + 0.2;
    const opening = shut + span.shutSeconds * (0.85 + 0.3 * random());
    acts.push(
      act({ fromSeconds: at, toSeconds: opening + 0.3 }, 'eyeOpenness', [
        [at, 1],
        [shut, 0],
        [opening, 0],
        [opening + 0.3, 1],
      ]),
    );
  }
  return acts;
}

/** A yawn of five seconds: the mouth wide open for two of them, the eyes nearly shut, the head thrown back a little. */
export function yawn(atSeconds: number): Act[] {
  const span = { fromSeconds: atSeconds, toSeconds: atSeconds + 5.2 };
  const rising = (value: number, rest: number): Profile => [
    [atSeconds, rest],
    [atSeconds + 1.6, value],
    [atSeconds + 3.8, value],
    [atSeconds + 5.2, rest],
  ];
  return [act(span, 'mouthOpenness', rising(0.9, 0)), act(span, 'eyeOpenness', rising(0.35, 1)), act(span, 'pitchDegrees', rising(6, 0))];
}

/**
 * A look somewhere else: the eyes go first, the head follows.
 * @param seconds How long it rests there; getting there and back take 0.3 s each.
 * @param yawDegrees Of head and eyes together, positive to the driver's right. Eyes do a third of it, at most 20 degrees.
 * @param pitchDegrees Positive up.
 */
export function glance(atSeconds: number, seconds: number, yawDegrees: number, pitchDegrees = 0): Act[] {
  const span = { fromSeconds: atSeconds, toSeconds: atSeconds + seconds + 0.6 };
  const eyes = (degrees: number): number => Math.sign(degrees) * Math.min(20, Math.abs(degrees) / 3);
  const resting = (value: number, late: number): Profile => [
    [atSeconds + late, 0],
    [atSeconds + 0.3, value],
    [atSeconds + 0.3 + seconds, value],
    [atSeconds + 0.6 + seconds - late, 0],
  ];
  return [
    act(span, 'eyeYawDegrees', resting(eyes(yawDegrees), 0)),
    act(span, 'eyePitchDegrees', resting(eyes(pitchDegrees), 0)),
    act(span, 'yawDegrees', resting(yawDegrees - eyes(yawDegrees), 0.06)),
    act(span, 'pitchDegrees', resting(pitchDegrees - eyes(pitchDegrees), 0.06)),
  ];
}

/** Short looks into the mirrors and at the instruments, as attentive drivers take them every few seconds. */
export function mirrorGlances(span: Span & { readonly seed: number }): Act[] {
  const random = randomFrom(span.seed);
  // Inside, left and right mirror, speedometer, in a car whose wheel is on the left.
  const places = [
    [36, 6],
    [-38, -6],
    [52, -6],
    [0, -16],
  ] as const;
  const acts: Act[] = [];
  for (let at = span.fromSeconds + 2 + 4 * random(); at + 2 < span.toSeconds; at += 6 + 4 * random()) {
    const [yaw, pitch] = places[Math.floor(random() * places.length)]!;
    acts.push(...glance(at, 0.4 + 0.4 * random(), yaw, pitch));
  }
  return acts;
}

/** Looks of equal length that alternate with looks at the road, as of somebody who writes a message. */
export function timeSharing(
  span: Span & { readonly awaySeconds: number; readonly roadSeconds: number; readonly yawDegrees: number; readonly pitchDegrees: number },
): Act[] {
  const acts: Act[] = [];
  const every = span.awaySeconds + 0.6 + span.roadSeconds;
  for (let at = span.fromSeconds; at + every <= span.toSeconds; at += every)
    acts.push(...glance(at, span.awaySeconds, span.yawDegrees, span.pitchDegrees));
  return acts;
}

/** What rises within half a second, stays and falls again: hands before the face, a cover over the lens. */
export function held(quantity: 'hands' | 'cover', atSeconds: number, seconds: number): Act {
  return act({ fromSeconds: atSeconds, toSeconds: atSeconds + seconds + 1 }, quantity, [
    [atSeconds, 0],
    [atSeconds + 0.5, 1],
    [atSeconds + 0.5 + seconds, 1],
    [atSeconds + 1 + seconds, 0],
  ]);
}

/** The driver leans out of the picture, stays away and comes back. */
export function away(atSeconds: number, seconds: number): Act {
  return act({ fromSeconds: atSeconds, toSeconds: atSeconds + seconds + 3 }, 'leanMeters', [
    [atSeconds, 0],
    [atSeconds + 1.5, 0.8],
    [atSeconds + 1.5 + seconds, 0.8],
    [atSeconds + 3 + seconds, 0],
  ]);
}

function act({ fromSeconds, toSeconds }: Span, quantity: Exclude<keyof Act, 'fromSeconds' | 'toSeconds'>, profile: Profile): Act {
  return { fromSeconds, toSeconds, [quantity]: profile };
}
