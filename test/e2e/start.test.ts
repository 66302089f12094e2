import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { noDeployment } from '../support/role.ts';
import { temporaryFolder } from '../support/temporary.ts';

const launcher = path.resolve(import.meta.dirname, '../../bin/roadstream.js');

interface Program {
  readonly child: ChildProcess;
  /** All it has printed so far. */
  readonly printed: () => string;
  /** Resolves with what was printed once the text has come; rejects when the program ends before. */
  until(text: string): Promise<string>;
}

function run(t: TestContext, ...args: string[]): Program {
  const env = { ...process.env, ...noDeployment };
  const child = spawn(process.execPath, [launcher, ...args], { cwd: temporaryFolder(t), env, stdio: ['ignore', 'pipe', 'pipe'] });
  t.after(() => child.kill('SIGKILL'));
  let printed = '';
  const waiting: (() => void)[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
      for (const look of waiting) look();
    });
  return {
    child,
    printed: () => printed,
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => printed.includes(text) && resolve(printed);
        waiting.push(look);
        child.once('close', () => reject(new Error(`it ended before "${text}":\n${printed}`)));
        look();
      }),
  };
}

test('starts in an empty folder, judges a frame, keeps its data there, and ends cleanly when asked to', async (t) => {
  const program = run(t, 'start', '--port', '0');
  await program.until('first frame judged');
  const url = /Open (http:\S+)/.exec(program.printed())![1]!;
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /<script type="module"/);
  await program.until('database: embedded');
  program.child.kill('SIGTERM');
  const [code] = (await once(program.child, 'close')) as [number];
  assert.equal(code, 0, program.printed());
});

test('says which port is taken and what to do', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  const program = run(t, 'start', '--port', String(port));
  const [code] = (await once(program.child, 'close')) as [number];
  assert.equal(code, 1);
  assert.match(program.printed(), new RegExp(`${port}.*--port`, 's'));
  assert.doesNotMatch(program.printed(), /\n {4}at /);
});
