import { existsSync } from 'node:fs';
import path from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';

const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>roadstream</title>
<p>The page has not been built. Run <code>npm run prepare</code> in the folder of roadstream and start it again. The API works without.</p></html>
`;

/** The control room, as Vite has built it. Names below assets/ hold a hash of their content, so these never change. */
export function pageRoutes(directory: string): Hono {
  if (!existsSync(path.join(directory, 'index.html'))) return new Hono().get('/', (context) => context.html(notBuilt, 503));
  const page = new Hono();
  page.get('*', async (context, next) => {
    await next();
    const isHashed = context.req.path.startsWith('/assets/');
    if (context.res.ok) context.header('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
  });
  return page.get('*', serveStatic({ root: directory }));
}
