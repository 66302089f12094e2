import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { suite, type TestContext, test } from 'node:test';
import avro, { type Schema } from 'avsc';
import { pino } from 'pino';
import type { Bus, BusMessage } from '../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { withSchemaRegistry } from '../../platform/schema-registry.ts';
import { alertCodec, controlCodec, perceptionCodec } from '../../schemas/codecs.ts';
import type { Control } from '../../schemas/messages.ts';
import { topicCodecs } from '../../schemas/topic-codecs.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';
import { needsRegistry, type SchemaRegistryServer } from '../support/registry.ts';

const control: Control = { streamId: 'front', requester: 'gateway-1', framesPerSecond: 5, width: 640, untilUs: 1 };
const controlSubject = `${topics.control.name}-value`;
type RecordSchema = { readonly fields: readonly object[] };

suite('schema registry', () => {
  test('has the schema of every topic, as BACKWARD, whoever of many processes comes first', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    // Their codecs are the same ones here, but the registry cannot know.
    await Promise.all([1, 2, 3].map(() => busWith(t, registry)));
    for (const name of Object.keys(topics) as (keyof typeof topics)[]) {
      const subject = `${topics[name].name}-value`;
      const version = await ask(registry, `/subjects/${subject}/versions/latest`);
      const config = await ask(registry, `/config/${subject}`);
      assert.deepEqual(JSON.parse(version.schema), topicCodecs[name].schema);
      assert.equal(version.id, topicCodecs[name].schemaId);
      assert.equal(config.compatibilityLevel, 'BACKWARD');
    }
    assert.notEqual(perceptionCodec.schemaId, alertCodec.schemaId);
  });

  test('gives a schema the same id again, also when it is no longer the newest', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    await busWith(t, registry);
    const id = controlCodec.schemaId;
    await register(registry, laterControl());
    await busWith(t, registry);
    assert.equal(controlCodec.schemaId, id);
    assert.deepEqual(await ask(registry, `/subjects/${controlSubject}/versions`), [1, 2]);
  });

  test('makes a message readable that a later version has written, before it is delivered', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    const bus = await busWith(t, registry);
    const schema = laterControl();
    const id = await register(registry, schema);
    const got = collect(bus);
    await bus.publish(topics.control, 'front', wire(id, schema, { ...control, reason: 'a person looks' }));
    await bus.publish(topics.control, 'front', controlCodec.encode(control));
    const messages = await got(2);
    assert.deepEqual(
      messages.map(({ value }) => ({ ...controlCodec.decode(value!) })),
      [control, control],
    );
  });

  test('leaves a message with an id that it does not know, or of another kind, to its reader', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    const bus = await busWith(t, registry);
    const got = collect(bus);
    const unknown = controlCodec.encode(control);
    unknown.writeUInt32BE(987_654, 1);
    const foreign = controlCodec.encode(control);
    foreign.writeUInt32BE(alertCodec.schemaId, 1);
    for (const value of [unknown, foreign, Buffer.from('garbage'), null]) await bus.publish(topics.control, 'front', value);
    const [first, second, third, fourth] = await got(4);
    assert.throws(() => controlCodec.decode(first!.value!), { code: 'SCHEMA_UNKNOWN' });
    assert.throws(() => controlCodec.decode(second!.value!), { code: 'SCHEMA_UNKNOWN' });
    assert.throws(() => controlCodec.decode(third!.value!), { code: 'MESSAGE_INVALID' });
    assert.equal(fourth!.value, null);
  });

  test('refuses a schema that breaks with the one before, with what to do', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    // An earlier version, which ours could not read: it had no width.
    const { fields, ...record } = controlCodec.schema as RecordSchema;
    await register(registry, { ...record, fields: fields.filter((field) => (field as { name: string }).name !== 'width') });
    await ask(registry, `/config/${controlSubject}`, 'PUT', { compatibility: 'BACKWARD' });
    await assert.rejects(busWith(t, registry), { code: 'SCHEMA_REFUSED', message: /roadstream\.control\.v1-value.*width.*default/s });
  });

  test('is waited for while it is away at the start, and that is told', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    await registry.stop();
    const lines: string[] = [];
    const waiting = busWith(t, registry, lines);
    await eventually('it is told', () => lines.some((line) => line.includes('waiting for it')));
    await registry.start();
    await waiting;
    assert.equal((await ask(registry, `/subjects/${controlSubject}/versions/latest`)).id, controlCodec.schemaId);
  });

  test('that goes away holds back only what nobody can read without it', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    const way = await openWay(t, registry);
    const bus = await busWith(t, way);
    const schema = laterControl();
    const id = await register(registry, schema);
    const got = collect(bus);
    way.close();
    await bus.publish(topics.control, 'front', controlCodec.encode(control));
    await got(1);
    await bus.publish(topics.control, 'front', wire(id, schema, { ...control, reason: 'a person looks' }));
    await eventually('it has been asked for in vain', () => way.refused > 0);
    way.isOpen = true;
    const messages = await got(2);
    assert.deepEqual({ ...controlCodec.decode(messages[1]!.value!) }, control);
  });

  test('at an address that is none is told of at once', async (t) => {
    const registry = await needsRegistry(t);
    if (!registry) return;
    const wrong = { ...registry, url: registry.url.replace('ccompat', 'nothing') };
    await assert.rejects(busWith(t, wrong), { code: 'REGISTRY_REFUSED', message: /404/ });
  });
});

async function busWith(t: TestContext, { url }: Pick<SchemaRegistryServer, 'url'>, lines: string[] = []): Promise<Bus> {
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
  const committed = Object.values(topicCodecs).map((codec) => ({ codec, id: codec.schemaId }));
  const bus = await withSchemaRegistry(createEmbeddedBus({ log }), { url, log });
  t.after(async () => {
    await bus.close();
    for (const { codec, id } of committed) codec.adopt(id);
  });
  return bus;
}

/** A network way to the registry that can be closed. */
async function openWay(t: TestContext, { url }: SchemaRegistryServer) {
  const registry = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    way.refused += way.isOpen ? 0 : 1;
    if (!way.isOpen) return void socket.destroy();
    const onward = connect(Number(registry.port), registry.hostname);
    for (const [from, to] of [[socket, onward] as const, [onward, socket] as const]) {
      sockets.add(from.on('error', () => {}).on('close', () => to.destroy()));
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const way = {
    url: `http://127.0.0.1:${port}${registry.pathname}`,
    isOpen: true,
    refused: 0,
    close() {
      way.isOpen = false;
      for (const socket of sockets) socket.destroy();
    },
  };
  t.after(() => {
    way.close();
    server.close();
  });
  return way;
}

/** Ours, with a field more, which has a default: as a later release would have it. */
function laterControl(): object {
  const { fields, ...record } = controlCodec.schema as RecordSchema;
  return { ...record, fields: [...fields, { name: 'reason', type: 'string', default: '' }] };
}

function wire(id: number, schema: object, value: object): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(id, 1);
  return Buffer.concat([header, avro.Type.forSchema(schema as Schema).toBuffer(value)]);
}

function collect(bus: Bus): (count: number) => Promise<readonly BusMessage[]> {
  const messages: BusMessage[] = [];
  void bus.subscribe({ topics: [topics.control], from: 'earliest', onBatch: async (batch) => void messages.push(...batch) });
  return async (count) => {
    await eventually(`${count} messages`, () => messages.length >= count);
    return messages;
  };
}

async function register(registry: SchemaRegistryServer, schema: object): Promise<number> {
  const { id } = await ask(registry, `/subjects/${controlSubject}/versions`, 'POST', { schema: JSON.stringify(schema) });
  return id;
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the registry answers
async function ask({ url }: SchemaRegistryServer, path: string, method = 'GET', body?: object): Promise<any> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  assert.equal(response.status, 200, `${method} ${path}: ${response.status}`);
  return response.json();
}
