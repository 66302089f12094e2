import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { listen, resolveHost } from './listen.ts';

export interface HealthOptions {
  /** What is still missing for full service; empty when ready. */
  readonly missing: () => readonly string[];
  readonly scrapeMetrics: () => Promise<string>;
}

/** For whoever runs a process: is it alive, is it ready, what does it do. */
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

/**
 * Serves /livez, /readyz and /metrics of a process that has no other server.
 * @throws PORT_IN_USE, CONFIGURATION_INVALID (the host)
 */
export async function serveHealth(options: HealthOptions & { readonly host: string; readonly port: number }) {
  const server = createAdaptorServer({ fetch: healthRoutes(options).fetch }) as Server;
  const port = await listen(server, await resolveHost(options.host), options.port, '--health-port');
  return {
    port,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
