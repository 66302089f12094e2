import { Hono } from 'hono';
import { unknownStream } from '../answers.ts';
import type { StreamState } from '../live/stream-state.ts';

/** How the cameras are. */
export function streamRoutes(streams: StreamState): Hono {
  return new Hono()
    .get('/', (context) => context.json({ streams: streams.views }))
    .get('/:id', (context) => {
      const view = streams.view(context.req.param('id'));
      if (!view) throw unknownStream(context.req.param('id'));
      return context.json(view);
    });
}
