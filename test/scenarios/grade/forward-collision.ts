import { approach, braking } from '../build.ts';

/** Closing at 15 to 80 km/h on who stands, drives slower or brakes; the own vehicle drives on. */
export const forwardCollision = [
  // By day: standing, moving, braking.
  approach({ name: 'grade-standing-15-day', seed: 101, closingKmh: 15, targetKmh: 0, model: 'bus' }),
  approach({ name: 'grade-standing-25-day', seed: 102, closingKmh: 25, targetKmh: 0, model: 'saloon' }),
  approach({ name: 'grade-standing-35-day', seed: 103, closingKmh: 35, targetKmh: 0, model: 'truck', road: 'motorway' }),
  approach({ name: 'grade-standing-45-day', seed: 104, closingKmh: 45, targetKmh: 0, model: 'hatchback' }),
  approach({ name: 'grade-standing-55-day', seed: 105, closingKmh: 55, targetKmh: 0, model: 'suv' }),
  approach({ name: 'grade-standing-65-day', seed: 106, closingKmh: 65, targetKmh: 0, model: 'motorcycle', road: 'motorway' }),
  approach({ name: 'grade-standing-80-day', seed: 107, closingKmh: 80, targetKmh: 0, model: 'van' }),
  approach({ name: 'grade-moving-20-day', seed: 108, closingKmh: 20, targetKmh: 30, model: 'bus' }),
  approach({ name: 'grade-moving-35-day', seed: 109, closingKmh: 35, targetKmh: 40, model: 'saloon', road: 'motorway' }),
  approach({ name: 'grade-moving-50-day', seed: 110, closingKmh: 50, targetKmh: 20, model: 'truck' }),
  approach({ name: 'grade-moving-65-day', seed: 111, closingKmh: 65, targetKmh: 25, model: 'hatchback', road: 'motorway' }),
  braking({ name: 'grade-braking-50-day', seed: 112, speedKmh: 50, gapMeters: 14, brakesMps2: 4 }),
  braking({ name: 'grade-braking-60-day', seed: 113, speedKmh: 60, gapMeters: 22, brakesMps2: 6 }),
  braking({ name: 'grade-braking-80-day', seed: 114, speedKmh: 80, gapMeters: 30, brakesMps2: 6 }),
  // Dusk.
  approach({ name: 'grade-standing-30-dusk', seed: 115, closingKmh: 30, targetKmh: 0, model: 'suv', light: 'dusk' }),
  approach({ name: 'grade-standing-60-dusk', seed: 116, closingKmh: 60, targetKmh: 0, model: 'motorcycle', light: 'dusk' }),
  approach({ name: 'grade-standing-80-dusk', seed: 117, closingKmh: 80, targetKmh: 0, model: 'van', light: 'dusk' }),
  approach({ name: 'grade-moving-40-dusk', seed: 118, closingKmh: 40, targetKmh: 30, model: 'bus', light: 'dusk' }),
  braking({ name: 'grade-braking-50-dusk', seed: 119, speedKmh: 50, gapMeters: 16, brakesMps2: 5, light: 'dusk' }),
  // Rain.
  approach({ name: 'grade-standing-25-rain', seed: 120, closingKmh: 25, targetKmh: 0, model: 'saloon', rain: 0.6 }),
  approach({ name: 'grade-standing-55-rain', seed: 121, closingKmh: 55, targetKmh: 0, model: 'truck', rain: 0.6 }),
  approach({ name: 'grade-standing-75-rain', seed: 122, closingKmh: 75, targetKmh: 0, model: 'hatchback', rain: 0.6 }),
  approach({ name: 'grade-moving-45-rain', seed: 123, closingKmh: 45, targetKmh: 25, model: 'suv', rain: 0.6 }),
  braking({ name: 'grade-braking-60-rain', seed: 124, speedKmh: 60, gapMeters: 20, brakesMps2: 5, rain: 0.6 }),
  // Night.
  approach({ name: 'grade-standing-30-night', seed: 125, closingKmh: 30, targetKmh: 0, model: 'motorcycle', light: 'night' }),
  approach({ name: 'grade-standing-50-night', seed: 126, closingKmh: 50, targetKmh: 0, model: 'van', light: 'night' }),
  approach({ name: 'grade-standing-70-night', seed: 127, closingKmh: 70, targetKmh: 0, model: 'bus', light: 'night' }),
  approach({ name: 'grade-moving-35-night', seed: 128, closingKmh: 35, targetKmh: 35, model: 'saloon', light: 'night' }),
  braking({ name: 'grade-braking-60-night', seed: 129, speedKmh: 60, gapMeters: 22, brakesMps2: 6, light: 'night' }),
  // Night-rain.
  approach({ name: 'grade-standing-40-night-rain', seed: 130, closingKmh: 40, targetKmh: 0, model: 'truck', light: 'night', rain: 0.5 }),
  approach({ name: 'grade-moving-50-night-rain', seed: 131, closingKmh: 50, targetKmh: 30, model: 'hatchback', light: 'night', rain: 0.5 }),
  // Fog.
  approach({ name: 'grade-standing-45-fog', seed: 132, closingKmh: 45, targetKmh: 0, model: 'suv', fog: 0.4 }),
];
