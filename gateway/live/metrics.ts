import { metrics } from '@opentelemetry/api';

export interface GatewayMetrics {
  sent(bytes: number, transport: 'webrtc' | 'websocket'): void;
  /** A message that a slow WebSocket viewer did not get. */
  dropped(channelKind: string): void;
  /** How an attempt to view over WebRTC ended: an error code, or the reason why the viewer left. */
  whepEnded(outcome: string): void;
  /** A message of the bus that was left out. */
  unreadable(topic: string): void;
  viewers(count: () => { readonly webrtc: number; readonly websocket: number }): void;
}

/** Made when the gateway starts, since instruments asked for before the SDK is set up stay without effect. */
export function createGatewayMetrics(): GatewayMetrics {
  const meter = metrics.getMeter('roadstream');
  const sent = meter.createCounter('roadstream.gateway.sent', { description: 'Sent to viewers.', unit: 'By' });
  const dropped = meter.createCounter('roadstream.gateway.dropped', { description: 'Messages a slow viewer did not get.' });
  const whep = meter.createCounter('roadstream.gateway.whep.sessions', { description: 'WebRTC viewers that were refused or have left.' });
  const unreadable = meter.createCounter('roadstream.gateway.unreadable', { description: 'Messages that could not be decoded.' });
  const viewers = meter.createObservableGauge('roadstream.gateway.viewers', { description: 'Viewers now.' });
  return {
    sent: (bytes, transport) => sent.add(bytes, { transport }),
    dropped: (channel) => dropped.add(1, { channel }),
    whepEnded: (outcome) => whep.add(1, { outcome }),
    unreadable: (topic) => unreadable.add(1, { topic }),
    viewers: (count) =>
      viewers.addCallback((result) => {
        for (const [transport, value] of Object.entries(count())) result.observe(value, { transport });
      }),
  };
}
