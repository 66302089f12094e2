import { z } from 'zod';

export const speedingSchema = z.strictObject({
  toleranceKmh: z
    .number()
    .min(0)
    .max(50)
    .default(3)
    .describe(
      'Km/h above the limit on the last sign of which nobody is warned. (EU) 2021/1958 (intelligent speed assistance) wants a warning above the limit; 3 is what is taken off a measured speed below 100 km/h (German MessEV).',
    ),
  graveFraction: z.number().min(0).max(2).default(0.2).describe('Part of the limit above it from which the caution becomes a warning.'),
  hourlyBudget: z.int().min(1).default(12).describe('Most of these of a camera within an hour.'),
});
export type SpeedingSettings = z.output<typeof speedingSchema>;
