import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type WebSocket as Peer, WebSocketServer } from 'ws';
import { LiveSocket, type SocketState } from '../../../gateway/web/live/live-socket.ts';
import type { LiveMessage, LiveRequest } from '../../../schemas/live.ts';

async function gateway(t: TestContext) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const states: SocketState[] = [];
  const messages: LiveMessage[] = [];
  const socket = new LiveSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    onState: (state) => states.push(state),
    onMessage: (message) => messages.push(message),
    onFrame: () => {},
  });
  t.after(() => {
    socket.close();
    for (const peer of server.clients) peer.terminate();
    server.close();
  });
  return { server, socket, states, messages };
}

/** @returns The next viewer and the first requests that it makes. */
function viewer(server: WebSocketServer, requests: number): Promise<{ peer: Peer; asked: LiveRequest[] }> {
  return new Promise((resolve) => {
    server.once('connection', (peer) => {
      const asked: LiveRequest[] = [];
      peer.on('message', (bytes) => {
        asked.push(JSON.parse(String(bytes)) as LiveRequest);
        if (asked.length === requests) resolve({ peer, asked });
      });
    });
  });
}

test('asks for what was wanted before it was connected', async (t) => {
  const { server, socket } = await gateway(t);
  socket.subscribe('frames:front', { framesPerSecond: 5 });
  socket.connect();
  const { asked } = await viewer(server, 1);
  assert.deepEqual(asked, [{ type: 'subscribe', channel: 'frames:front', framesPerSecond: 5 }]);
});

test('comes back after the gateway was gone, and asks again for what is still wanted', async (t) => {
  const { server, socket, states } = await gateway(t);
  socket.subscribe('alerts');
  socket.subscribe('perceptions:front');
  socket.connect();
  const first = await viewer(server, 2);
  const again = viewer(server, 1);
  socket.unsubscribe('perceptions:front');
  first.peer.terminate();
  const { asked } = await again;
  assert.deepEqual(asked, [{ type: 'subscribe', channel: 'alerts' }]);
  assert.deepEqual(states.slice(0, 4), ['connecting', 'open', 'lost', 'lost']);
});

test('hands on what the gateway says', async (t) => {
  const { server, socket, messages } = await gateway(t);
  socket.subscribe('alerts');
  socket.connect();
  const { peer } = await viewer(server, 1);
  peer.send(JSON.stringify({ type: 'subscription_ack', channel: 'alerts' }));
  peer.ping();
  await once(peer, 'pong');
  assert.deepEqual(messages, [{ type: 'subscription_ack', channel: 'alerts' }]);
});

test('asks again for a stream that the gateway does not know yet', async (t) => {
  const { server, socket } = await gateway(t);
  socket.subscribe('perceptions:front');
  socket.connect();
  const { peer } = await viewer(server, 1);
  peer.send(JSON.stringify({ type: 'error', code: 'NOT_FOUND', message: 'There is no stream front.', channel: 'perceptions:front' }));
  const [request] = await once(peer, 'message');
  assert.deepEqual(JSON.parse(String(request)), { type: 'subscribe', channel: 'perceptions:front' });
});
