import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import { unknownStream } from '../answers.ts';
import type { BusFeeds } from '../live/bus-feeds.ts';
import type { Egress, Viewer } from '../live/egress.ts';
import type { GatewayMetrics } from '../live/metrics.ts';
import type { StreamState } from '../live/stream-state.ts';

export interface WhepOptions {
  readonly egress: Egress;
  readonly feeds: BusFeeds;
  readonly streams: StreamState;
  readonly metrics: GatewayMetrics;
}

/**
 * Viewing over WebRTC (WHEP, draft-ietf-wish-whep), below a stream: an offer posted gives the answer and the address of the
 * session, which DELETE ends. Candidates are all in the answer, none are needed of the viewer, so there is no PATCH.
 */
export function whepRoutes({ egress, feeds, streams, metrics }: WhepOptions): Hono {
  const sessions = new Map<string, { readonly streamId: string; readonly viewer: Viewer }>();

  async function open(streamId: string, contentType: string | undefined, offer: string): Promise<{ id: string; answer: string }> {
    const view = streams.view(streamId);
    if (!view) throw unknownStream(streamId);
    if (contentType?.split(';')[0]?.trim().toLowerCase() !== 'application/sdp')
      throw new RoadstreamError('REQUEST_INVALID', `Content-Type must be application/sdp, not ${contentType ?? 'missing'}.`);
    if (view.codec === null)
      throw new RoadstreamError('SOURCE_STALLED', `${streamId} is ${view.state} and has sent no picture yet; try again in a second.`);
    if (!view.canPlay) {
      throw new RoadstreamError(
        'CODEC_UNSUPPORTED',
        `${streamId} sends ${view.codec}, which is not sent over WebRTC; subscribe to frames:${streamId} at /api/v3/live instead.`,
      );
    }
    const viewer = await egress.open(offer, feeds.frames(streamId));
    const id = randomUUID();
    sessions.set(id, { streamId, viewer });
    viewer.closed.then((reason) => {
      sessions.delete(id);
      metrics.whepEnded(reason);
    });
    return { id, answer: viewer.answer };
  }

  return new Hono()
    .options('/:stream/whep', (context) => {
      context.header('Allow', 'OPTIONS, POST');
      context.header('Accept-Post', 'application/sdp');
      return context.body(null, 204);
    })
    .post('/:stream/whep', async (context) => {
      const streamId = context.req.param('stream');
      try {
        const { id, answer } = await open(streamId, context.req.header('content-type'), await context.req.text());
        context.header('Location', `/api/v3/streams/${streamId}/whep/${id}`);
        context.header('Content-Type', 'application/sdp');
        return context.body(answer, 201);
      } catch (thrown) {
        metrics.whepEnded(asRoadstreamError(thrown).code);
        throw thrown;
      }
    })
    .patch('/:stream/whep/:session', (context) => {
      context.header('Allow', 'OPTIONS, DELETE');
      const message = 'Candidates are not exchanged one by one: the answer has all of the gateway`s, and it finds out yours.';
      return context.json({ error: { code: 'REQUEST_INVALID', message } }, 405);
    })
    .delete('/:stream/whep/:session', async (context) => {
      const session = sessions.get(context.req.param('session'));
      if (session?.streamId !== context.req.param('stream'))
        throw new RoadstreamError('NOT_FOUND', 'This session has ended, or never was.');
      await session.viewer.close();
      return context.body(null, 200);
    });
}
