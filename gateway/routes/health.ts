import { Hono } from 'hono';

export interface HealthOptions {
  /** What is still missing for full service; empty when ready. */
  readonly missing: () => readonly string[];
  readonly scrapeMetrics: () => Promise<string>;
}

/** For whoever runs the gateway: is it alive, is it ready, what does it do. */
export function healthRoutes({ missing, scrapeMetrics }: HealthOptions): Hono {
  return new Hono()
    .get('/livez', (context) => context.json({ alive: true }))
    .get('/readyz', (context) => {
      const reasons = missing();
      return context.json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
    })
    .get('/metrics', async (context) =>
      context.body(await scrapeMetrics(), 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' }),
    );
}
