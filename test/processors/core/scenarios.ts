import type { Actor, Scenario } from './synthetic-drive.ts';

const kmh = (speed: number) => speed / 3.6;
const constant = (value: number) => () => value;
const car: Omit<Actor, 'startGapMeters' | 'speedMps' | 'lateralMeters'> = {
  class: 'car',
  widthMeters: 1.8,
  heightMeters: 1.45,
  lengthMeters: 4.3,
};
const person: typeof car = { class: 'person', widthMeters: 0.55, heightMeters: 1.75, lengthMeters: 0.3 };

/** Slows from a speed at a rate, from a moment on, and stands in the end. */
const brakingFrom = (speed: number, decelerationMps2: number, start: number) => (seconds: number) =>
  Math.max(0, speed - decelerationMps2 * Math.max(0, seconds - start));

/** Drives that end in a collision unless somebody brakes; after Euro NCAP's car-to-car and pedestrian tests. */
export const dangerous: Readonly<Record<string, Scenario>> = {
  'stationary car at 80 km/h': {
    seconds: 4,
    egoSpeedMps: constant(kmh(80)),
    actors: [{ ...car, startGapMeters: 85, speedMps: constant(0), lateralMeters: constant(0.1) }],
  },
  'stationary car at 50 km/h, half a width beside': {
    seconds: 5.5,
    egoSpeedMps: constant(kmh(50)),
    actors: [{ ...car, startGapMeters: 75, speedMps: constant(0), lateralMeters: constant(0.9) }],
  },
  'car at 20 km/h, ego at 80 km/h': {
    seconds: 4.8,
    egoSpeedMps: constant(kmh(80)),
    actors: [{ ...car, startGapMeters: 80, speedMps: constant(kmh(20)), lateralMeters: constant(-0.1) }],
  },
  'car braking with 6 m/s2 12 m ahead': {
    seconds: 6.2,
    egoSpeedMps: constant(kmh(50)),
    actors: [{ ...car, startGapMeters: 12, speedMps: brakingFrom(kmh(50), 6, 4), lateralMeters: constant(0) }],
  },
  'car braking with 6 m/s2 40 m ahead': {
    seconds: 8.2,
    egoSpeedMps: constant(kmh(50)),
    actors: [{ ...car, startGapMeters: 40, speedMps: brakingFrom(kmh(50), 6, 4), lateralMeters: constant(0) }],
  },
  'car braking with 2 m/s2 12 m ahead': {
    seconds: 7.6,
    egoSpeedMps: constant(kmh(50)),
    actors: [{ ...car, startGapMeters: 12, speedMps: brakingFrom(kmh(50), 2, 4), lateralMeters: constant(0) }],
  },
  'slower car cutting in': {
    seconds: 4.6,
    egoSpeedMps: constant(kmh(80)),
    actors: [
      {
        ...car,
        startGapMeters: 40,
        speedMps: constant(kmh(50)),
        lateralMeters: (t) => 3.5 - Math.min(3.5, Math.max(0, t - 1.2) * 1.3),
      },
    ],
  },
  'walker crossing from the right': {
    seconds: 4.4,
    egoSpeedMps: constant(kmh(45)),
    actors: [{ ...person, startGapMeters: 55, speedMps: constant(0), lateralMeters: (t) => 1.4 * (4.4 - t) }],
  },
};

/** Drives during which nobody may be warned. */
export const quiet: Readonly<Record<string, Scenario>> = {
  'following at 25 m, both a little uneven': {
    seconds: 60,
    egoSpeedMps: (t) => kmh(90) + 0.8 * Math.sin(t / 2),
    actors: [{ ...car, startGapMeters: 25, speedMps: (t) => kmh(90) + 0.8 * Math.sin(t / 2 + 1), lateralMeters: constant(0.2) }],
  },
  'following at 8 m in a queue': {
    seconds: 60,
    egoSpeedMps: (t) => 4 + 1.5 * Math.sin(t / 3 - 0.4),
    actors: [{ ...car, startGapMeters: 8, speedMps: (t) => 4 + 1.5 * Math.sin(t / 3), lateralMeters: constant(0) }],
  },
  'oncoming traffic in the next lane': {
    seconds: 30,
    egoSpeedMps: constant(kmh(80)),
    actors: Array.from({ length: 15 }, (_, i) => ({
      ...car,
      startGapMeters: 60 + 90 * i,
      speedMps: constant(-kmh(80)),
      lateralMeters: constant(-3.4),
    })),
  },
  'cars parked beside the road': {
    seconds: 30,
    egoSpeedMps: constant(kmh(50)),
    actors: Array.from({ length: 30 }, (_, i) => ({
      ...car,
      startGapMeters: 30 + 14 * i,
      speedMps: constant(0),
      lateralMeters: constant(2.9),
    })),
  },
  'a slower lorry in the lane to the right': {
    seconds: 25,
    egoSpeedMps: constant(kmh(110)),
    actors: [
      {
        class: 'truck',
        widthMeters: 2.5,
        heightMeters: 3.6,
        lengthMeters: 12,
        startGapMeters: 90,
        speedMps: constant(kmh(85)),
        lateralMeters: constant(3.6),
      },
    ],
  },
  'walkers on the pavement': {
    seconds: 30,
    egoSpeedMps: constant(kmh(45)),
    actors: Array.from({ length: 12 }, (_, i) => ({
      ...person,
      startGapMeters: 30 + 30 * i,
      speedMps: constant(i % 2 === 0 ? 1.4 : -1.4),
      lateralMeters: constant(3),
    })),
  },
  'lead slowing down gently, ego following suit': {
    seconds: 14,
    egoSpeedMps: (t) => brakingFrom(kmh(60), 2, 5)(t),
    actors: [{ ...car, startGapMeters: 24, speedMps: brakingFrom(kmh(60), 2, 4), lateralMeters: constant(0) }],
  },
};
