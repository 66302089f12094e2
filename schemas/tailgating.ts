import { z } from 'zod';

export const tailgatingSchema = z.strictObject({
  headwaySeconds: z
    .number()
    .min(0.3)
    .max(3)
    .default(0.7)
    .describe(
      'Nearer than this behind a vehicle, where the own one tells its speed (ISO 15622:2018 lets no adaptive cruise control follow below 0.8 s).',
    ),
  forSeconds: z.number().min(1).max(120).default(15).describe('… for so long is told.'),
  hourlyBudget: z.int().min(1).default(12).describe('Most tailgating alerts of a camera within an hour.'),
});
export type TailgatingSettings = z.output<typeof tailgatingSchema>;
