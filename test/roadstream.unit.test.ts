import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect, promisify } from 'node:util';
import { parse as parseYaml } from 'yaml';
import { configure } from '../commands/configure.ts';
import { withCamera } from '../commands/start.ts';
import { configurationJsonSchema, parseConfiguration } from '../schemas/configuration.ts';
import { needs } from './support/needs.ts';

const repository = path.resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const roadstream = (...args: string[]) => run(process.execPath, [path.join(repository, 'bin/roadstream.js'), ...args]);

function temporaryFile(t: TestContext, name: string, text: string): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

test('roadstream.schema.json is what the configuration is checked against (npm run generate makes it anew)', () => {
  assert.deepEqual(JSON.parse(readFileSync(path.join(repository, 'roadstream.schema.json'), 'utf8')), configurationJsonSchema());
});

test('roadstream.example.yaml is understood, and every setting it shows outside streams is the default', () => {
  const example = parseYaml(readFileSync(path.join(repository, 'roadstream.example.yaml'), 'utf8')) as Record<string, unknown>;
  assert.deepEqual(parseConfiguration({ ...example, streams: [] }, 'example'), parseConfiguration({}, 'defaults'));
  assert.equal(parseConfiguration(example, 'example').streams.length, (example.streams as unknown[]).length);
});

test('shows the road and the driver of a simulated car when no camera is configured', (t) => {
  const { streams } = withCamera(configure({ config: temporaryFile(t, 'empty.yaml', ''), camera: [] }));
  assert.deepEqual(
    streams.map(({ kind, vehicle, url }) => [kind, vehicle, url]),
    [
      ['dashcam', 'demo-car', 'sim:car-to-car-braking'],
      ['cabin', 'demo-car', 'sim:cabin-microsleep'],
    ],
  );
});

test('a simulated camera on the command line is of the kind that its name says', (t) => {
  const camera = ['sim:cabin-night', 'sim:roadside-country', 'sim:scanner-page', 'sim:quiet-drive', 'rtsp://camera/cabin-1'];
  const { streams } = configure({ config: temporaryFile(t, 'empty.yaml', ''), camera });
  assert.deepEqual(
    streams.map(({ kind }) => kind),
    ['cabin', 'roadside', 'scanner', 'dashcam', 'dashcam'],
  );
});

test('lays the command line over the file, and lets it name a video file anywhere', (t) => {
  const config = temporaryFile(t, 'one.yaml', 'streams: [{ id: front, url: "rtsp://camera/1" }]\ngateway: { port: 1234 }\n');
  const { streams, gateway, fileFolders } = configure({ config, camera: ['file:/videos/drive.mp4'], port: 0 });
  assert.deepEqual(
    streams.map(({ id }) => id),
    ['front', 'camera'],
  );
  assert.equal(gateway.port, 0);
  assert.deepEqual(fileFolders, ['/videos']);
});

for (const [what, yaml, expected] of [
  ['an unknown key', 'gatway: {}', /unknown gatway; allowed here: .*gateway/],
  ['broken YAML', 'streams: [', /cannot be read.*line 1/s],
] as const) {
  test(`tells of ${what} in the configuration with what to do`, async (t) => {
    const config = temporaryFile(t, 'wrong.yaml', yaml);
    await assert.rejects(roadstream('start', '--config', config), ({ code, stderr }: { code: number; stderr: string }) => {
      assert.equal(code, 1);
      assert.match(stderr, expected);
      assert.doesNotMatch(stderr, /\n {4}at /, 'a stack is nothing for a user');
      return true;
    });
  });
}

test('does not quote the line of a broken configuration, which may hold a password', (t) => {
  const config = temporaryFile(t, 'secret.yaml', 'streams:\n  - id: front\n    url: rtsp://user:se: cret@camera/1\n');
  assert.throws(
    () => configure({ config, camera: [] }),
    (error: Error) => {
      assert.match(error.message, /secret\.yaml cannot be read: .* at line 3, column 10\.$/);
      assert.doesNotMatch(inspect(error), /cret@/);
      return true;
    },
  );
});

test("the process list shows no camera's password once npm's shell has started it", async (t) => {
  if (!needs(t, process.platform === 'linux', '/proc', 'run the tests on Linux')) return;
  const { scripts } = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8')) as { scripts: { start: string } };
  const config = temporaryFile(t, 'empty.yaml', '');
  const options = `--config ${config} --port 0 --host no-such-host.invalid --camera rtsp://user:secret@192.0.2.1/1`;
  const PATH = `${path.dirname(process.execPath)}:${process.env.PATH}`;
  const shell = spawn('sh', ['-c', `${scripts.start} ${options}`], { cwd: repository, env: { ...process.env, PATH } });
  t.after(() => shell.kill('SIGKILL'));
  await once(shell.stdout, 'data');
  assert.doesNotMatch(readFileSync(`/proc/${shell.pid}/cmdline`, 'utf8'), /secret/);
});

for (const command of [[], ['start'], ['simulate'], ['models'], ['models', 'pull']]) {
  test(`explains itself: roadstream ${[...command, '--help'].join(' ')}`, async () => {
    const { stdout } = await roadstream(...command, '--help');
    assert.match(stdout, /Usage: roadstream/);
  });
}
