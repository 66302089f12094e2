import { approach, braking } from '../build.ts';

/** Closing at 15 to 80 km/h on who stands, drives slower or brakes; the own vehicle drives on. */
export const forwardCollision = [
  // By day: standing, moving, braking.
  approach({ name: 'tune-standing-20-day', seed: 501, closingKmh: 20, targetKmh: 0, model: 'motorcycle' }),
  approach({ name: 'tune-standing-50-day', seed: 502, closingKmh: 50, targetKmh: 0, model: 'van' }),
  approach({ name: 'tune-standing-75-day', seed: 503, closingKmh: 75, targetKmh: 0, model: 'bus', road: 'motorway' }),
  approach({ name: 'tune-moving-30-day', seed: 504, closingKmh: 30, targetKmh: 30, model: 'saloon' }),
  approach({ name: 'tune-moving-55-day', seed: 505, closingKmh: 55, targetKmh: 25, model: 'truck', road: 'motorway' }),
  braking({ name: 'tune-braking-55-day', seed: 506, speedKmh: 55, gapMeters: 18, brakesMps2: 5 }),
  // Dusk.
  approach({ name: 'tune-standing-45-dusk', seed: 507, closingKmh: 45, targetKmh: 0, model: 'hatchback', light: 'dusk' }),
  // Rain.
  approach({ name: 'tune-standing-40-rain', seed: 508, closingKmh: 40, targetKmh: 0, model: 'suv', rain: 0.6 }),
  approach({ name: 'tune-moving-60-rain', seed: 509, closingKmh: 60, targetKmh: 20, model: 'motorcycle', rain: 0.6 }),
  // Night.
  approach({ name: 'tune-standing-60-night', seed: 510, closingKmh: 60, targetKmh: 0, model: 'van', light: 'night' }),
  approach({ name: 'tune-moving-40-night', seed: 511, closingKmh: 40, targetKmh: 30, model: 'bus', light: 'night' }),
];
