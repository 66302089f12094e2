import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../support/eventually.ts';

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  test(`closes and ends with 0 at ${signal}`, async (t) => {
    const role = run(t, 'closes');
    await role.says('started');
    role.process.kill(signal);
    assert.deepEqual(await role.exited, [0, null]);
    assert.match(role.output(), /closing\nclosed\n/);
  });

test('gives up what it waits for to start, and ends with 0', async (t) => {
  const role = run(t, 'waits to start');
  await role.says('waiting');
  role.process.kill('SIGTERM');
  assert.deepEqual(await role.exited, [0, null]);
  assert.doesNotMatch(role.output(), /told/);
});

test('ends at once at the second signal', async (t) => {
  const role = run(t, 'never closes');
  await role.says('started');
  role.process.kill('SIGTERM');
  await role.says('closing');
  await sleep(250);
  role.process.kill('SIGINT');
  assert.deepEqual(await role.exited, [130, null]);
});

test("closes in order although npm passes the terminal's signal on", async (t) => {
  const role = run(t, 'closes');
  await role.says('started');
  role.process.kill('SIGINT');
  role.process.kill('SIGINT');
  assert.deepEqual(await role.exited, [0, null]);
  assert.match(role.output(), /closing\nclosed\n/);
});

test('ends although something never closes', async (t) => {
  const role = run(t, 'never closes');
  await role.says('started');
  role.process.kill('SIGTERM');
  assert.deepEqual(await role.exited, [1, null]);
  assert.match(role.errors(), /closing took too long/);
});

test('closes, logs and ends with 1 at an error that nobody caught', async (t) => {
  const role = run(t, 'throws later');
  assert.deepEqual(await role.exited, [1, null]);
  assert.match(role.output(), /started\nclosing\nclosed\n/);
  assert.match(role.errors(), /nobody caught this/);
});

test('ends with 1 when closing fails', async (t) => {
  const role = run(t, 'fails to close');
  await role.says('started');
  role.process.kill('SIGTERM');
  assert.deepEqual(await role.exited, [1, null]);
  assert.match(role.errors(), /cannot close/);
});

test('hands a failure to start to its caller', async (t) => {
  const role = run(t, 'fails to start');
  assert.deepEqual(await role.exited, [0, null]);
  assert.match(role.output(), /told: no camera/);
});

function run(t: TestContext, behaviour: string) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'lifecycle-process.ts'), behaviour]);
  t.after(() => child.kill('SIGKILL'));
  const texts = { output: '', errors: '' };
  child.stdout.on('data', (text) => (texts.output += text));
  child.stderr.on('data', (text) => (texts.errors += text));
  return {
    process: child,
    exited: once(child, 'close'),
    output: () => texts.output,
    errors: () => texts.errors,
    says: (line: string) => eventually(`it says ${line}`, () => texts.output.includes(`${line}\n`)),
  };
}
