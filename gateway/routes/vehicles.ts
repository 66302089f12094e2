import { Hono } from 'hono';
import { z } from 'zod';
import type { Bus } from '../../platform/bus/bus.ts';
import { nowUs } from '../../platform/clock.ts';
import { telemetryCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { topics } from '../../schemas/topics.ts';

/** No road vehicle is faster, km/h. */
const fastestKmh = 400;

const telemetrySchema = z
  .strictObject({
    speedKmh: z.number().min(0).max(fastestKmh).optional(),
    indicator: z.enum(['left', 'right', 'off']).optional(),
    latitudeDegrees: z.number().min(-90).max(90).optional(),
    longitudeDegrees: z.number().min(-180).max(180).optional(),
    /** ISO 8601; the moment it arrives unless given. */
    measuredAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ measuredAt, ...told }) => Object.values(told).some((value) => value !== undefined), {
    error: 'tell at least one of speedKmh, indicator, latitudeDegrees, longitudeDegrees',
  });

/** What vehicles tell of themselves: with its speed and indicators known, warnings suit the drive. */
export function vehicleRoutes(bus: Bus): Hono {
  return new Hono().post('/:id/telemetry', async (context) => {
    const parsed = telemetrySchema.safeParse(await context.req.json().catch(() => undefined));
    if (!parsed.success)
      throw new RoadstreamError(
        'REQUEST_INVALID',
        `This is no telemetry: ${z.prettifyError(parsed.error)}. Post JSON such as {"speedKmh": 82.5, "indicator": "off"}.`,
      );
    const vehicleId = context.req.param('id');
    const { speedKmh, indicator, latitudeDegrees, longitudeDegrees, measuredAt } = parsed.data;
    const message = telemetryCodec.encode({
      vehicleId,
      source: 'vehicle',
      measuredAtUs: measuredAt === undefined ? nowUs() : Date.parse(measuredAt) * 1000,
      speedMps: speedKmh === undefined ? null : speedKmh / 3.6,
      indicator: indicator ?? null,
      latitudeDegrees: latitudeDegrees ?? null,
      longitudeDegrees: longitudeDegrees ?? null,
      attention: null,
    });
    await bus.publish(topics.telemetry, vehicleId, message);
    return context.body(null, 202);
  });
}
