import { z } from 'zod';

/** When a cabin camera's driver is warned of. */
export const driverSchema = z
  .strictObject({
    microsleepSeconds: z.number().min(0.5).max(3).default(1).describe('Eyes closed for this long is a microsleep (Euro NCAP: 1 to 2 s).'),
    perclosCaution: z
      .number()
      .min(0.03)
      .max(1)
      .default(0.1)
      .describe('Share of the last minute with eyes 80 % shut from which on a driver is drowsy (PERCLOS P80, DOT HS 808 247).'),
    perclosWarning: z.number().min(0.03).max(1).default(0.2).describe('Likewise, from which on it is a warning.'),
    longGlanceSeconds: z
      .number()
      .min(1)
      .max(10)
      .default(3.5)
      .describe('Looking away for this long at 50 km/h and above, or at an unknown speed ((EU) 2023/2590).'),
    slowLongGlanceSeconds: z.number().min(1).max(20).default(6).describe('Likewise from 20 to 50 km/h ((EU) 2023/2590).'),
    timeSharingSeconds: z
      .number()
      .min(2)
      .max(30)
      .default(10)
      .describe('Looking away for more than this of 30 s, in several glances (Euro NCAP, visual attention time sharing).'),
    hourlyBudget: z
      .int()
      .min(1)
      .default(12)
      .describe('Most alerts of each kind of a camera within an hour. When it is spent, perceptions say so.'),
  })
  .refine(({ perclosCaution, perclosWarning }) => perclosCaution <= perclosWarning, {
    path: ['perclosWarning'],
    error: 'must not be below perclosCaution: the warning comes after the caution',
  });
export type DriverConfiguration = z.output<typeof driverSchema>;
