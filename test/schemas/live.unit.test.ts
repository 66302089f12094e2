import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveRequestSchema } from '../../schemas/live.ts';

test("a viewer may subscribe to alerts, streams, risks, and one stream's perceptions or pictures", () => {
  for (const channel of ['alerts', 'streams', 'risk', 'perceptions:front', 'frames:front-2'])
    assert.equal(liveRequestSchema.safeParse({ type: 'subscribe', channel }).success, true, channel);
});

test('anything else is refused', () => {
  const requests = [
    {},
    { type: 'shout' },
    { type: 'subscribe' },
    { type: 'subscribe', channel: 'frames:' },
    { type: 'subscribe', channel: 'frames:Front' },
    { type: 'subscribe', channel: 'alerts:front' },
    { type: 'subscribe', channel: 'risk:van' },
    { type: 'subscribe', channel: 'frames:front', width: 1e9 },
    { type: 'subscribe', channel: 'frames:front', framesPerSecond: 0 },
    { type: 'subscribe', channel: 'alerts', extra: 1 },
  ];
  for (const request of requests) assert.equal(liveRequestSchema.safeParse(request).success, false, JSON.stringify(request));
});
