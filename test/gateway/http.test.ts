import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { pino } from 'pino';
import { startGateway } from '../../gateway/app.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import type { Database } from '../../platform/database/database.ts';
import { startTelemetry } from '../../platform/telemetry.ts';
import { perceptionCodec, streamStatusCodec } from '../../schemas/codecs.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { StreamView } from '../../schemas/live.ts';
import { topics } from '../../schemas/topics.ts';
import { perception, streamStatus } from './messages.ts';
import { runGateway } from './running-gateway.ts';

type Headers = Record<string, string>;

/** fetch() would not send another Host. */
function call(
  url: string,
  method: string,
  headers: Headers,
  body = '',
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body: text }));
    });
    sent.on('error', reject).end(body);
  });
}

async function errorOf(response: Response): Promise<{ status: number; code: string; message: string }> {
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  return { status: response.status, ...error };
}

test('lists the streams in the order of their announcement with how they are, and one by its name', async (t) => {
  const { url, announce, bus } = await runGateway(t);
  assert.deepEqual(await (await fetch(`${url}/api/v3/streams`)).json(), { streams: [] });
  await announce({ streamId: 'rear', codec: 'h265' });
  await announce();
  const { streams } = (await (await fetch(`${url}/api/v3/streams`)).json()) as { streams: StreamView[] };
  assert.deepEqual(
    streams.map(({ streamId, canPlay, state }) => ({ streamId, canPlay, state })),
    [
      { streamId: 'rear', canPlay: false, state: 'live' },
      { streamId: 'front', canPlay: true, state: 'live' },
    ],
  );
  await bus.publish(topics.perceptions, 'front', perceptionCodec.encode(perception(1, { latencyMs: 61 })));
  await announce({ updatedAtUs: 2 });
  const front = (await (await fetch(`${url}/api/v3/streams/front`)).json()) as StreamView;
  assert.equal(front.perceptionLatencyMs, 61);
  const missing = await errorOf(await fetch(`${url}/api/v3/streams/nothing`));
  assert.deepEqual([missing.status, missing.code], [404, 'NOT_FOUND']);
  assert.match(missing.message, /no stream nothing.*\/api\/v3\/streams/);
});

test('a stream whose status is deleted is no longer listed', async (t) => {
  const { url, announce, bus } = await runGateway(t);
  await announce();
  await bus.publish(topics.streams, 'front', null);
  await announce({ streamId: 'rear' });
  const { streams } = (await (await fetch(`${url}/api/v3/streams`)).json()) as { streams: StreamView[] };
  assert.deepEqual(
    streams.map(({ streamId }) => streamId),
    ['rear'],
  );
});

test('an unreadable message is left out, and what follows is read', async (t) => {
  const { url, announce, bus } = await runGateway(t);
  await bus.publish(topics.streams, 'broken', Buffer.from('garbage'));
  await bus.publish(topics.streams, 'broken', Buffer.concat([streamStatusCodec.encode(streamStatus()).subarray(0, 12)]));
  await announce();
  assert.equal((await fetch(`${url}/api/v3/streams/front`)).status, 200);
});

test('is alive at once, and ready when the database has come up', async (t) => {
  const database = Promise.withResolvers<Database>();
  const { url } = await runGateway(t, { database: database.promise });
  assert.equal((await fetch(`${url}/livez`)).status, 200);
  const before = await fetch(`${url}/readyz`);
  assert.equal(before.status, 503);
  assert.deepEqual(await before.json(), { ready: false, reasons: ['The database is not open yet; the log has the reason if this lasts.'] });
  database.resolve({ query: async () => [], execute: async () => undefined, close: async () => undefined });
  await database.promise;
  assert.deepEqual(await (await fetch(`${url}/readyz`)).json(), { ready: true, reasons: [] });
});

test('says that the database could not be opened, and serves everything else', async (t) => {
  const database = Promise.reject(new RoadstreamError('DATABASE_LOCKED', 'Process 4711 uses /secret/path.'));
  database.catch(() => undefined);
  const { url } = await runGateway(t, { database });
  const { reasons } = (await (await fetch(`${url}/readyz`)).json()) as { reasons: string[] };
  assert.match(reasons[0]!, /DATABASE_LOCKED/);
  const { status, code } = await errorOf(await fetch(`${url}/api/v3/alerts`));
  assert.deepEqual([status, code], [503, 'DATABASE_UNAVAILABLE']);
  assert.equal((await fetch(`${url}/api/v3/streams`)).status, 200);
});

test('serves the configuration`s JSON Schema and the metrics', async (t) => {
  const telemetry = startTelemetry();
  t.after(() => telemetry.close());
  const { url } = await runGateway(t, { scrapeMetrics: () => telemetry.scrape() });
  const schema = (await (await fetch(`${url}/api/v3/configuration-schema`)).json()) as { properties: object };
  assert.ok('streams' in schema.properties);
  const metrics = await fetch(`${url}/metrics`);
  assert.match(metrics.headers.get('content-type')!, /^text\/plain; version=0\.0\.4/);
  assert.match(await metrics.text(), /roadstream_gateway_viewers\{[^}]*transport="webrtc"[^}]*\} 0/);
});

test('a failure of its own tells nothing of the inside', async (t) => {
  const { url } = await runGateway(t, { scrapeMetrics: () => Promise.reject(new Error('password=hunter2')) });
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  assert.equal(response.status, 500);
  assert.match(text, /"code":"INTERNAL"/);
  assert.doesNotMatch(text, /hunter2|\.ts|at /);
});

test('what is not there is said in JSON', async (t) => {
  const { url } = await runGateway(t);
  for (const [method, address] of [
    ['GET', '/api/v3/nothing'],
    ['GET', '/../../etc/passwd'],
    ['DELETE', '/api/v3/streams'],
    ['GET', '/api/v3/streams/front/whep'],
  ] as const)
    assert.equal((await errorOf(await fetch(url + address, { method }))).code, 'NOT_FOUND', `${method} ${address}`);
});

test('another site`s page and a rebound name are turned away', async (t) => {
  const { url, announce } = await runGateway(t);
  await announce();
  const { port } = new URL(url);
  const whep = `${url}/api/v3/streams/front/whep`;
  const own = `localhost:${port}`;
  for (const [method, headers] of [
    ['GET', { host: 'attacker.example' }],
    ['GET', { host: `attacker.example:${port}` }],
    ['POST', { host: own, origin: 'https://attacker.example' }],
    ['POST', { host: own, origin: 'http://localhost:1' }],
    ['POST', { host: own, origin: 'null' }],
    ['DELETE', { host: own, origin: 'http://attacker.example' }],
  ] as const) {
    const { status, body } = await call(whep, method, headers);
    assert.deepEqual([status, JSON.parse(body).error.code], [403, 'REQUEST_REFUSED'], `${method} ${JSON.stringify(headers)}`);
  }
  for (const host of [own, `127.0.0.1:${port}`, `[::1]:${port}`, 'gateway:52000', 'roadstream.localhost'])
    assert.equal((await call(`${url}/api/v3/streams`, 'GET', { host })).status, 200, host);
  assert.equal((await call(whep, 'POST', { host: own, origin: `http://${own}` }, 'x')).status, 400, 'its own page may');
});

test('a body beyond the bound is refused before it is read', async (t) => {
  const { url, announce } = await runGateway(t);
  await announce();
  const headers = { 'content-type': 'application/sdp' };
  const { status, code } = await errorOf(
    await fetch(`${url}/api/v3/streams/front/whep`, { method: 'POST', headers, body: 'v=0\r\n'.repeat(20_000) }),
  );
  assert.deepEqual([status, code], [413, 'MESSAGE_TOO_LARGE']);
});

test('serves the built page with headers that let in nothing foreign', async (t) => {
  const webDirectory = await mkdtemp(path.join(tmpdir(), 'roadstream-page-'));
  t.after(() => rm(webDirectory, { recursive: true }));
  await mkdir(path.join(webDirectory, 'assets'));
  await writeFile(path.join(webDirectory, 'index.html'), '<title>control room</title>');
  await writeFile(path.join(webDirectory, 'assets/main-abc.js'), 'export {};');
  const { url } = await runGateway(t, { webDirectory });
  const page = await fetch(`${url}/`);
  assert.match(await page.text(), /control room/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const policy = page.headers.get('content-security-policy')!;
  for (const directive of [
    "default-src 'none'",
    "script-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' blob: data:",
  ])
    assert.ok(policy.includes(directive), directive);
  assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
  const script = await fetch(`${url}/assets/main-abc.js`);
  assert.match(script.headers.get('content-type')!, /javascript/);
  assert.match(script.headers.get('cache-control')!, /immutable/);
});

test('says what to do when the page has not been built', async (t) => {
  const { url } = await runGateway(t);
  const page = await fetch(`${url}/`);
  assert.equal(page.status, 503);
  assert.match(await page.text(), /npm run prepare/);
});

test('a port in use and a foreign host are told with what to do', async (t) => {
  const { url } = await runGateway(t);
  const bus = createEmbeddedBus();
  t.after(() => bus.close());
  const start = (host: string, port: number) =>
    startGateway({
      bus,
      database: new Promise<Database>(() => undefined),
      host,
      port,
      webDirectory: tmpdir(),
      scrapeMetrics: async () => '',
      log: pino({ level: 'silent' }),
    });
  const port = Number(new URL(url).port);
  await assert.rejects(start('127.0.0.1', port), { code: 'PORT_IN_USE', message: new RegExp(`127\\.0\\.0\\.1:${port}.*--port`) });
  // 203.0.113.0/24 is for documentation (RFC 5737): nobody's address.
  await assert.rejects(start('203.0.113.7', 0), { code: 'CONFIGURATION_INVALID', message: /203\.0\.113\.7/ });
});

test('closing twice is closing once', async (t) => {
  const { url, close } = await runGateway(t);
  await Promise.all([close(), close()]);
  await assert.rejects(fetch(url));
});
