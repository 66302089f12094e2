import { z } from 'zod';

export const laneDepartureSchema = z.strictObject({
  leastSpeedKmh: z
    .number()
    .min(0)
    .max(130)
    .default(60)
    .describe(
      'Nobody is warned below, where the vehicle tells its speed (UN Regulation 130: a lane departure warning works from 60 km/h).',
    ),
  hourlyBudget: z.int().min(1).default(12).describe('Most lane departure warnings of a camera within an hour.'),
});
export type LaneDepartureSettings = z.output<typeof laneDepartureSchema>;
