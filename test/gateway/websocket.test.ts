import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { alertCodec, analysisStatusCodec, controlCodec, perceptionCodec, snapshotCodec } from '../../schemas/codecs.ts';
import type { LiveFrameHeader, LiveMessage } from '../../schemas/live.ts';
import type { Control, Perception } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { track } from '../support/track.ts';
import { alert, analysisStatus, perception, snapshot } from './messages.ts';
import { type RunningGateway, runGateway } from './running-gateway.ts';

class LiveClient {
  readonly messages: LiveMessage[] = [];
  readonly pictures: { header: LiveFrameHeader; jpeg: Buffer }[] = [];
  readonly socket: WebSocket;
  closeCode: number | undefined;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (bytes: Buffer, isBinary) => {
      if (!isBinary) this.messages.push(JSON.parse(bytes.toString()));
      else {
        const end = 4 + bytes.readUInt32BE();
        this.pictures.push({ header: JSON.parse(bytes.toString('utf8', 4, end)), jpeg: bytes.subarray(end) });
      }
    });
    socket.on('close', (code) => {
      this.closeCode = code;
    });
    socket.on('error', () => undefined);
  }

  of<T extends LiveMessage['type']>(type: T): Extract<LiveMessage, { type: T }>[] {
    return this.messages.filter((message): message is Extract<LiveMessage, { type: T }> => message.type === type);
  }

  async subscribe(channel: string, figures: object = {}): Promise<void> {
    const acknowledged = () => this.of('subscription_ack').filter((message) => message.channel === channel).length;
    const before = acknowledged();
    this.socket.send(JSON.stringify({ type: 'subscribe', channel, ...figures }));
    await eventually(`${channel} is acknowledged`, () => acknowledged() > before);
  }

  /** Sends and waits for the error that answers. */
  async provoke(message: string | Buffer): Promise<Extract<LiveMessage, { type: 'error' }>> {
    const before = this.of('error').length;
    this.socket.send(message);
    await eventually('an error comes', () => this.of('error').length > before);
    return this.of('error').at(-1)!;
  }
}

async function connect(t: TestContext, { url }: RunningGateway, options: object = {}): Promise<LiveClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v3/live`, options);
  t.after(() => socket.terminate());
  const client = new LiveClient(socket);
  await once(socket, 'open');
  return client;
}

test('perceptions and alerts come to those subscribed, and no longer after unsubscribing', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  await gateway.announce({ streamId: 'rear' });
  const [both, alertsOnly] = [await connect(t, gateway), await connect(t, gateway)];
  await both.subscribe('perceptions:front');
  await both.subscribe('alerts');
  await alertsOnly.subscribe('alerts');
  const see = (sequence: number, streamId: string) =>
    gateway.bus.publish(topics.perceptions, streamId, perceptionCodec.encode(perception(sequence, { streamId })));
  await see(1, 'rear');
  await see(2, 'front');
  await gateway.bus.publish(topics.alerts, 'car-1', alertCodec.encode(alert(1)));
  await eventually(
    'all has come',
    () => both.of('perception').length === 1 && both.of('alert').length === 1 && alertsOnly.of('alert').length === 1,
  );
  assert.deepEqual(both.of('perception'), [{ type: 'perception', channel: 'perceptions:front', perception: perception(2) }]);
  assert.deepEqual(alertsOnly.of('alert'), [{ type: 'alert', channel: 'alerts', alert: alert(1) }]);
  assert.equal(alertsOnly.of('perception').length, 0);

  both.socket.send(JSON.stringify({ type: 'unsubscribe', channel: 'perceptions:front' }));
  await eventually('it is acknowledged', () => both.of('unsubscription_ack').length === 1);
  await see(3, 'front');
  await gateway.bus.publish(topics.alerts, 'car-1', alertCodec.encode(alert(2)));
  await eventually('the alert has come', () => both.of('alert').length === 2);
  assert.equal(both.of('perception').length, 1);
});

test('the state of all streams comes on subscribing, and each change after', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  await gateway.announce({ streamId: 'rear' });
  const client = await connect(t, gateway);
  await client.subscribe('streams');
  await eventually('both have come', () => client.of('stream').length === 2);
  await gateway.announce({ state: 'stalled', updatedAtUs: 7 });
  await eventually('the change has come', () => client.of('stream').length === 3);
  assert.deepEqual(
    client.of('stream').map(({ stream }) => [stream.streamId, stream.state]),
    [
      ['front', 'live'],
      ['rear', 'live'],
      ['front', 'stalled'],
    ],
  );
});

test('what the processor says of a stream comes with the stream`s state', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  const client = await connect(t, gateway);
  await client.subscribe('streams');
  const failing = analysisStatus({ state: 'failing', errorCode: 'DECODE_FAILED', errorMessage: 'Access unit 7 cannot be decoded.' });
  await gateway.bus.publish(topics.analysis, 'front', analysisStatusCodec.encode(failing));
  await eventually('it has come', () => client.of('stream').some(({ stream }) => stream.analysis?.state === 'failing'));
  assert.deepEqual(client.of('stream').at(-1)?.stream.analysis, failing);
  assert.deepEqual(
    ((await (await fetch(`${gateway.url}/api/v3/streams/front`)).json()) as { analysis: unknown }).analysis,
    client.of('stream').at(-1)?.stream.analysis,
  );
});

test('what a processor perceives again after taking a stream over is not shown twice', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  const client = await connect(t, gateway);
  await client.subscribe('perceptions:front');
  for (const sequence of [1, 2, 3, 2, 3, 4])
    await gateway.bus.publish(topics.perceptions, 'front', perceptionCodec.encode(perception(sequence)));
  await eventually('the newest one has come', () => client.of('perception').some((message) => message.perception.sequence === 4));
  assert.deepEqual(
    client.of('perception').map((message) => message.perception.sequence),
    [1, 2, 3, 4],
  );
});

test('what a roadside camera has counted comes once a second, the newest of it', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce({ streamId: 'mast', kind: 'roadside' });
  await gateway.announce();
  const client = await connect(t, gateway);
  await client.subscribe('statistics:mast');
  const region = (cars: number) => ({
    regionId: 'lane',
    polygonPx: [0, 0, 100, 0, 100, 100],
    occupancy: 1,
    entered: { car: cars },
    left: { car: cars - 1 },
    meanSpeedMps: 12.5,
    longestDwellSeconds: 3,
  });
  const count = async (sequence: number, cars: number) => {
    const counted = { ...perception(sequence, { streamId: 'mast' }), kind: 'roadside' as const, regions: [region(cars)] };
    await gateway.bus.publish(topics.perceptions, 'mast', perceptionCodec.encode(counted));
    return counted;
  };
  for (let sequence = 1; sequence < 15; sequence++) await count(sequence, sequence);
  const { capturedAtUs } = await count(15, 15);
  await eventually('the newest has come', () => client.of('statistics').some(({ statistics }) => statistics.capturedAtUs === capturedAtUs));
  assert.ok(client.of('statistics').length <= 2, `${client.of('statistics').length} messages for 15 pictures at once`);
  assert.deepEqual(client.of('statistics').at(-1), {
    type: 'statistics',
    channel: 'statistics:mast',
    statistics: { streamId: 'mast', capturedAtUs, regions: [region(15)] },
  });
  const told = client.of('statistics').length;
  await count(16, 16);
  await eventually('the next one comes', () => client.of('statistics').length > told);
  assert.deepEqual(client.of('statistics').at(-1)!.statistics.regions, [region(16)]);

  const refused = await client.provoke('{"type":"subscribe","channel":"statistics:front"}');
  assert.deepEqual([refused.code, refused.channel], ['REQUEST_INVALID', 'statistics:front']);
  assert.match(refused.message, /only roadside cameras count/);
});

test('burned-in pictures are asked for while somebody looks at them, at the highest figures wished, and no longer', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  const wishes: Control[] = [];
  const subscription = await gateway.bus.subscribe({
    topics: [topics.control],
    from: 'earliest',
    onBatch: async (batch) => void wishes.push(...batch.map(({ value }) => controlCodec.decode(value!))),
  });
  t.after(() => subscription.close());
  const [slow, fast] = [await connect(t, gateway), await connect(t, gateway)];
  await slow.subscribe('frames:front', { framesPerSecond: 1, width: 1280 });
  await fast.subscribe('frames:front', { framesPerSecond: 5, width: 320 });
  await eventually('both are wished for', () => wishes.length === 2);
  const newest = wishes.at(-1)!;
  assert.deepEqual([newest.streamId, newest.framesPerSecond, newest.width], ['front', 5, 1280]);
  assert.ok(newest.untilUs > Date.now() * 1000);

  for (let sequence = 0; sequence <= 10; sequence++)
    await gateway.bus.publish(topics.snapshots, 'front', snapshotCodec.encode(snapshot(sequence)));
  await eventually('the fast one has all, taken five a second', () => fast.pictures.length === 11);
  const { jpeg, streamId, sequence, capturedAtUs, width, height } = snapshot(10);
  assert.deepEqual(fast.pictures[10], { header: { channel: 'frames:front', streamId, sequence, capturedAtUs, width, height }, jpeg });
  assert.deepEqual(
    slow.pictures.map(({ header }) => header.sequence),
    [0, 4, 8],
    'at most about one a second of those there are',
  );

  fast.socket.close();
  await eventually('the wish shrinks', () => wishes.at(-1)?.framesPerSecond === 1);
  slow.socket.terminate();
  await eventually('the wish ends', () => wishes.at(-1)?.framesPerSecond === 0);
});

test('what is not understood is answered with the reason, and the connection goes on', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  const client = await connect(t, gateway);
  for (const [message, code, reason] of [
    ['{', 'REQUEST_INVALID', /no JSON; .*{"type":"subscribe","channel":"perceptions:<stream>"}/],
    ['null', 'REQUEST_INVALID', /not understood: type must be subscribe or unsubscribe; .*{"type":"subscribe"/],
    [Buffer.from('{}'), 'REQUEST_INVALID', /binary/],
    ['{"type":"shout"}', 'REQUEST_INVALID', /: type must be subscribe or unsubscribe; .*"channel":"perceptions:<stream>"}/],
    ['{"type":"subscribe"}', 'REQUEST_INVALID', /: channel is missing/],
    [
      '{"type":"subscribe","channel":"weather"}',
      'REQUEST_INVALID',
      /channel: must be alerts, streams, risk, perceptions:<stream>, frames:<stream> or statistics:<stream>/,
    ],
    [
      '{"type":"subscribe","channel":"frames:front","framesPerSecond":1000}',
      'REQUEST_INVALID',
      /: framesPerSecond is missing or out of its range/,
    ],
    ['{"type":"subscribe","channel":"alerts","extra":1}', 'REQUEST_INVALID', /: extra is not known/],
    ['{"type":"subscribe","channel":"perceptions:nobody"}', 'NOT_FOUND', /no stream nobody/],
    ['{"type":"unsubscribe","channel":"alerts"}', 'REQUEST_INVALID', /not subscribed/],
    [`{"type":"subscribe","channel":"${'x'.repeat(5000)}"}`, 'REQUEST_INVALID', /bytes; at most 4096/],
  ] as const) {
    const error = await client.provoke(message);
    assert.equal(error.code, code, String(message).slice(0, 100));
    assert.match(error.message, reason);
  }
  assert.equal((await client.provoke('{"type":"subscribe","channel":"perceptions:nobody"}')).channel, 'perceptions:nobody');
  await client.subscribe('alerts');
});

test('a message beyond every bound ends its connection alone', async (t) => {
  const gateway = await runGateway(t);
  const [rude, other] = [await connect(t, gateway), await connect(t, gateway)];
  rude.socket.send('x'.repeat(100_000));
  await eventually('it is cut off', () => rude.closeCode === 1009);
  await other.subscribe('alerts');
});

test('a connection holds a bounded number of channels', async (t) => {
  const gateway = await runGateway(t);
  const client = await connect(t, gateway);
  for (let index = 0; index < 65; index++) await gateway.announce({ streamId: `s${index}` });
  for (let index = 0; index < 64; index++) await client.subscribe(`perceptions:s${index}`);
  const error = await client.provoke('{"type":"subscribe","channel":"perceptions:s64"}');
  assert.deepEqual([error.code, error.channel], ['OVERLOADED', 'perceptions:s64']);
});

test('a viewer that does not read misses perceptions but no alert, and others miss nothing', async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  const [slow, quick] = [await connect(t, gateway), await connect(t, gateway)];
  for (const client of [slow, quick]) for (const channel of ['perceptions:front', 'alerts']) await client.subscribe(channel);
  slow.socket.pause();
  // 100 KB each: far beyond what the sockets' own buffers take.
  const padding = 'x'.repeat(100_000);
  const count = 200;
  for (let index = 0; index < count; index++) {
    await gateway.bus.publish(topics.perceptions, 'front', perceptionCodec.encode(perception(index, { padding })));
    if (index % 20 === 0) await gateway.bus.publish(topics.alerts, 'car-1', alertCodec.encode(alert(index)));
    await eventually('the other has it', () => quick.of('perception').length === index + 1);
  }
  await eventually('the other has every alert', () => quick.of('alert').length === count / 20);
  slow.socket.resume();
  await eventually('the slow one has every alert', () => slow.of('alert').length === count / 20);
  assert.ok(slow.of('perception').length < count, `${slow.of('perception').length} of ${count} perceptions`);
});

test('another site`s page cannot connect', async (t) => {
  const gateway = await runGateway(t);
  const refused = async (headers: Record<string, string>, address = '/api/v3/live') => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws') + address, { headers });
    socket.on('error', () => undefined);
    const [, response] = await once(socket, 'unexpected-response');
    response.resume();
    return response.statusCode;
  };
  const { host } = new URL(gateway.url);
  assert.equal(await refused({ origin: 'https://attacker.example' }), 403);
  assert.equal(await refused({ host: 'attacker.example' }), 403);
  assert.equal(await refused({}, '/api/v3/other'), 404);
  await connect(t, gateway, { headers: { host, origin: `http://${host}` } });
});

test('closing the gateway tells its viewers that it goes', async (t) => {
  const gateway = await runGateway(t);
  const client = await connect(t, gateway);
  await gateway.close();
  await eventually('it is told', () => client.closeCode === 1001);
});

test("tells each vehicle's risk once a second, of all of its cameras, and that it is not known any more", async (t) => {
  const gateway = await runGateway(t);
  await gateway.announce();
  const client = await connect(t, gateway);
  await client.subscribe('risk');
  const see = (message: Perception) => gateway.bus.publish(topics.perceptions, message.streamId, perceptionCodec.encode(message));
  const lead = track({ isLead: true, distanceMeters: 14 });
  await see({ ...perception(1), egoSpeedMps: 20, tracks: [lead] });
  await see({ ...perception(2, { streamId: 'second' }), degraded: ['camera:covered'] });
  await see({ ...perception(3, { streamId: 'gate' }), kind: 'roadside' });
  await eventually('it falls silent', () => client.of('risk').some(({ risk }) => risk.score === null));
  const [first, ...later] = client.of('risk').map(({ risk }) => risk);
  assert.equal(first!.vehicleId, 'car-1');
  assert.deepEqual([first!.parts.headway, first!.parts.unseen, first!.parts.gaze], [44, 20, null]);
  assert.equal(first!.score, 56);
  assert.ok(later.length >= 1 && later.at(-1)!.score === null);
});
