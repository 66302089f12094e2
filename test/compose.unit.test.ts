import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { configure } from '../commands/configure.ts';
import { roleCommands } from '../commands/roles.ts';
import { brokerSettings } from '../platform/kafka-broker/settings.ts';

interface Service {
  readonly image: string;
  readonly build?: { readonly target: string };
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly depends_on?: readonly string[] | Readonly<Record<string, unknown>>;
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly volumes?: readonly string[];
}

const repository = path.resolve(import.meta.dirname, '..');
const read = (file: string) => readFileSync(path.join(repository, file), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly configs: Readonly<Record<string, { readonly content?: string }>>;
  readonly volumes: object;
};
const ours = Object.entries(compose.services).filter(([, { build }]) => build);

// Docker itself is not asked: this holds the file against what it names in the rest of the project.
suite('compose.yaml', () => {
  test('runs every role', () => {
    const commands = new Set(ours.map(([, { command }]) => command!.split(' ')[0]));
    assert.deepEqual([...commands].sort(), ['gateway', 'ingest', 'process', 'record']);
  });

  for (const [name, service] of ours) {
    test(`${name} is started with a command and options that there are`, () => {
      const [role, ...options] = service.command!.split(' ');
      const command = roleCommands().find((candidate) => candidate.name() === role);
      assert.ok(command, role);
      assert.deepEqual(command.parseOptions(options), { operands: [], unknown: [] });
      assert.equal(command.opts().config, service.configs![0]!.target);
    });

    test(`${name} finds its broker, registry and database by the environment`, (t) => {
      const folder = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const config = path.join(folder, 'roadstream.yaml');
      writeFileSync(config, compose.configs[service.configs![0]!.source]!.content ?? read('roadstream.example.yaml'));
      const environment = service.environment as Readonly<Record<string, string>>;
      const { kafka, schemaRegistryUrl, database, streams } = configure({ config }, environment);
      assert.deepEqual(kafka?.brokers, ['kafka:9092']);
      assert.equal(new URL(schemaRegistryUrl!).hostname, 'registry');
      assert.equal(database.url, environment.ROADSTREAM_DATABASE_URL);
      assert.ok(streams.length > 0);
    });

    test(`${name} is built from a stage that there is`, () => {
      assert.match(read('Dockerfile'), new RegExp(`^FROM .* AS ${service.build!.target}$`, 'm'));
    });
  }

  test('gives the demo a camera that is not in the example, which another process plays', () => {
    const idsOf = (text: string) => (parse(text) as { streams: { id: string }[] }).streams.map(({ id }) => id);
    const example = idsOf(read('roadstream.example.yaml'));
    assert.deepEqual(
      idsOf(compose.configs.demo!.content!).filter((id) => example.includes(id)),
      [],
    );
  });

  test('names only services, configurations and volumes that there are', () => {
    for (const [name, { depends_on = [], configs = [], volumes = [] }] of Object.entries(compose.services)) {
      for (const other of Array.isArray(depends_on) ? depends_on : Object.keys(depends_on)) assert.ok(other in compose.services, name);
      for (const { source } of configs) assert.ok(source in compose.configs, name);
      for (const volume of volumes) assert.ok(volume.split(':')[0]! in compose.volumes, name);
    }
  });

  test("takes messages as large as this project's own broker does", () => {
    const settings = brokerSettings('/data', { plain: 1, secure: 2, controller: 3 }, {});
    assert.equal(compose.services.kafka!.environment!.KAFKA_MESSAGE_MAX_BYTES, settings['message.max.bytes']);
  });
});

test('the image is built from everything that the product imports', () => {
  const included = read('.dockerignore').match(/(?<=^!).+/gm)!;
  for (const file of included) assert.ok(existsSync(path.join(repository, file)), file);
  const imported = read('roadstream.ts').match(/(?<=from '\.\/)[^/']+/g)!;
  const further = ['commands', 'gateway', 'ingest', 'models', 'platform', 'processors', 'schemas'];
  for (const folder of new Set([...imported, ...further])) assert.ok(included.includes(folder), folder);
});
