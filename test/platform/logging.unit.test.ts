import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createLogger, rateLimited } from '../../platform/logging.ts';
import { withoutCredentials } from '../../platform/redact.ts';
import { RoadstreamError } from '../../schemas/errors.ts';

test('writes one JSON object a line, with the component of a child', () => {
  const { lines, log } = capture(false);
  log.child({ component: 'ingest', streamId: 'front' }).warn({ attempt: 3 }, 'the camera does not answer');
  const { time, ...rest } = JSON.parse(lines[0]!);
  assert.ok(!Number.isNaN(Date.parse(time)));
  assert.deepEqual(rest, { level: 'warn', component: 'ingest', streamId: 'front', attempt: 3, msg: 'the camera does not answer' });
  assert.match(lines[0]!, /\n$/);
});

test('writes short lines for a person, an error with its code and message', () => {
  const { lines, log } = capture(true);
  const err = new RoadstreamError('SOURCE_UNREACHABLE', 'rtsp://camera refuses.');
  log.child({ component: 'ingest' }).error({ streamId: 'front', err }, 'the camera is away');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
  const plain = lines[0]!.replaceAll(/\x1b\[\d+m/g, '');
  assert.match(
    plain,
    /^\d\d:\d\d:\d\d\.\d{3} error ingest: the camera is away streamId=front \n {2}SOURCE_UNREACHABLE: rtsp:\/\/camera refuses\.\n$/,
  );
});

test('leaves out what is below the level', () => {
  const { lines, log } = capture(false, 'error');
  log.warn('quiet');
  assert.deepEqual(lines, []);
});

for (const pretty of [false, true])
  test(`never writes credentials, ${pretty ? 'for a person' : 'as JSON'}`, () => {
    const { lines, log } = capture(pretty);
    const url = 'rtsp://admin:hunter2@10.0.0.7:554/ch1';
    log.info({ url, options: { nested: { url } }, password: 'hunter2', camera: { token: 'hunter2' } }, `connecting to ${url}`);
    log.error({ err: new RoadstreamError('SOURCE_UNREACHABLE', `${url} refuses.`, { cause: new Error(url) }) }, 'failed');
    log.info({ headers: { authorization: 'Basic hunter2', cookie: 'hunter2' } }, 'asked');
    assert.equal(lines.length, 3);
    for (const line of lines) assert.doesNotMatch(line, /hunter2|admin/);
    assert.match(lines[0]!, /10\.0\.0\.7:554\/ch1/);
  });

test('takes any credentials out of an address, odd characters included', () => {
  const cases = {
    'rtsp://user:pass@host/path': 'rtsp://***@host/path',
    'rtsp://user@host': 'rtsp://***@host',
    'rtsp://u:p@ss/w@rd@host:554/x?y=z': 'rtsp://***@host:554/x?y=z',
    'postgres://u:p@h/db and http://v:q@k/': 'postgres://***@h/db and http://***@k/',
    'rtsp://host/path': 'rtsp://host/path',
    'someone@example.org': 'someone@example.org',
  };
  for (const [given, expected] of Object.entries(cases)) assert.equal(withoutCredentials(given), expected);
});

test('leaves nothing of a password, whatever it is made of', () => {
  const password = fc.stringMatching(/^[A-Za-z0-9@:/?#!$%&*+=~^-]{1,30}$/).map((text) => `~${text}~`);
  fc.assert(fc.property(password, (secret) => withoutCredentials(`see rtsp://user:${secret}@host/x now`) === 'see rtsp://***@host/x now'));
});

test('tells a repeating event at once and then as a count', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const told: [string, number][] = [];
  const tell = rateLimited<string>((fields, times) => told.push([fields, times]), 10_000);
  for (const name of ['a', 'b', 'c']) tell(name);
  assert.deepEqual(told, [['a', 1]]);
  t.mock.timers.tick(10_000);
  assert.deepEqual(told.at(-1), ['c', 2]);
  t.mock.timers.tick(20_000);
  assert.equal(told.length, 2, 'silence is not told');
  tell('d');
  assert.deepEqual(told.at(-1), ['d', 1]);
});

function capture(pretty: boolean, level: 'info' | 'error' = 'info') {
  const lines: string[] = [];
  return { lines, log: createLogger({ level, pretty, destination: { write: (line: string) => lines.push(line) } }) };
}
