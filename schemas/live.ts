import { z } from 'zod';
import type { Alert, AnalysisStatus, Perception, RegionCount, StreamStatus } from './messages.ts';
import type { Risk } from './risk.ts';

/** What a viewer may say over the WebSocket at /api/v3/live. */
export const liveRequestSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'),
    channel: z
      .string()
      .regex(
        /^(alerts|streams|risk|(perceptions|frames|statistics):[a-z0-9][a-z0-9-]{0,62})$/,
        'must be alerts, streams, risk, perceptions:<stream>, frames:<stream> or statistics:<stream>',
      ),
    /** For frames only: pictures a second and their width in pixels. */
    framesPerSecond: z.number().min(0.2).max(15).optional(),
    width: z.int().min(160).max(1280).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), channel: z.string() }),
]);
export type LiveRequest = z.output<typeof liveRequestSchema>;

/**
 * What the gateway says. A picture of a `frames:` channel is one binary message instead:
 * length of the header (4 bytes, big endian), header (JSON: LiveFrameHeader), JPEG.
 */
export type LiveMessage =
  | { readonly type: 'subscription_ack'; readonly channel: string }
  | { readonly type: 'unsubscription_ack'; readonly channel: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly channel?: string }
  | { readonly type: 'alert'; readonly channel: string; readonly alert: Alert }
  | { readonly type: 'perception'; readonly channel: string; readonly perception: Perception }
  | { readonly type: 'stream'; readonly channel: string; readonly stream: StreamView }
  | { readonly type: 'statistics'; readonly channel: string; readonly statistics: RoadsideStatistics }
  /** Of each vehicle, once a second; once with a score of null when its cameras have fallen silent. */
  | { readonly type: 'risk'; readonly channel: string; readonly risk: Risk };

/** What a roadside camera has counted, at most once a second. */
export interface RoadsideStatistics {
  readonly streamId: string;
  /** Of the picture after which it stood so. */
  readonly capturedAtUs: number;
  readonly regions: readonly RegionCount[];
}

export interface LiveFrameHeader {
  readonly channel: string;
  readonly streamId: string;
  readonly sequence: number;
  readonly capturedAtUs: number;
  readonly width: number;
  readonly height: number;
}

/** One camera as the API and the page show it: its connection, and how its analysis keeps up. */
export interface StreamView extends StreamStatus {
  /** Analysed frames a second over the last seconds. */
  readonly analysedFramesPerSecond: number;
  /** From capture to the perception's publishing, median of the last seconds; null before the first. */
  readonly perceptionLatencyMs: number | null;
  /** What its processor said last; null while none has said anything. */
  readonly analysis: AnalysisStatus | null;
  /** Whether browsers can play it over WebRTC (H.264, VP8); else the page shows burned-in pictures. */
  readonly canPlay: boolean;
}
