import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { DiskBuffer, type Lane } from '../../../processors/sinks/disk-buffer.ts';
import { temporaryFolder } from '../../support/temporary.ts';

test('gives back alerts first and then samples, in their order, also to the next process', async (t) => {
  const { buffer, reopen } = await open(t);
  await buffer.append('samples', [record('s1'), record('s2')]);
  await buffer.append('alerts', [record('a1')]);
  assert.equal(await drainOne(buffer), 'a1');
  await buffer.append('samples', [record('s3')]);
  const again = await reopen();
  await again.append('alerts', [record('a2')]);
  await again.append('samples', [record('s4')]);
  assert.deepEqual([await drainOne(again), await drainOne(again), await drainOne(again)], ['a2', 's1 s2 s3', 's4']);
  assert.equal(await again.oldest(), undefined);
  assert.equal(again.bytes, 0);
});

test('has every acknowledged record wherever a write was broken off', async (t) => {
  const { buffer, directory, reopen, torn } = await open(t);
  await buffer.append('alerts', [record('first'), record('second')]);
  const [file] = files(directory);
  const acknowledged = statSync(file!).size;
  await buffer.append('alerts', [record('never acknowledged')]);
  const whole = readFileSync(file!);
  await buffer.close();
  for (let end = acknowledged; end < whole.length; end++) {
    writeFileSync(file!, whole.subarray(0, end));
    torn.bytes = 0;
    const again = await reopen();
    const segment = await again.oldest();
    assert.equal(await textOf(again, segment!), 'first second', `cut at ${end}`);
    assert.equal(torn.bytes, end - acknowledged);
  }
});

/** What file systems leave at the end of a file after a power cut. */
const remains: readonly [string, Buffer][] = [
  ['zeros', Buffer.alloc(5000)],
  ['garbage that claims to be short', Buffer.from('05000000aabbccdd010000000102030405', 'hex')],
  ['garbage that claims to be long', Buffer.from('ffffffffaabbccdd010000000102030405', 'hex')],
];
for (const [name, bytes] of remains)
  test(`reads up to ${name} at the end of a file, and adds later records to another one`, async (t) => {
    const { buffer, directory, reopen, torn } = await open(t);
    await buffer.append('samples', [record('kept')]);
    await buffer.close();
    appendFileSync(files(directory)[0]!, bytes);
    const again = await reopen();
    await again.append('samples', [record('later')]);
    assert.deepEqual([await drainOne(again), await drainOne(again)], ['kept', 'later']);
    assert.equal(torn.bytes, bytes.length);
  });

test('gives all other records of a file in which one has been damaged', async (t) => {
  const { buffer, directory, reopen } = await open(t);
  await buffer.append('alerts', [record('one')]);
  const end = statSync(files(directory)[0]!).size;
  await buffer.append('alerts', [record('two'), record('three')]);
  const bytes = readFileSync(files(directory)[0]!);
  bytes[end + 13]! ^= 1;
  writeFileSync(files(directory)[0]!, bytes);
  assert.equal(await drainOne(await reopen()), 'one three');
});

test('drops the oldest samples and never an alert, within its bound', async (t) => {
  const maxBytes = 64 * 1024;
  const { buffer, directory, dropped } = await open(t, maxBytes);
  const noise = (name: string, size: number) => ({ rows: 10, text: `${name}${randomText(size)}` });
  for (let i = 0; i < 100; i++) {
    await buffer.append('samples', [noise(`s${String(i).padStart(3, '0')}`, 2000)]);
    if (i % 10 === 0) await buffer.append('alerts', [noise(`a${String(i).padStart(3, '0')}`, 500)]);
    const onDisk = files(directory).reduce((sum, file) => sum + statSync(file).size, 0);
    assert.ok(onDisk <= maxBytes, `${onDisk} bytes after ${i}`);
    assert.equal(onDisk, buffer.bytes);
  }
  const left = [];
  for (let segment = await buffer.oldest(); segment; segment = await buffer.oldest()) {
    for await (const { text } of buffer.read(segment)) left.push(text.slice(0, 4));
    await buffer.remove(segment);
  }
  const alerts = left.filter((name) => name.startsWith('a'));
  const samples = left.filter((name) => name.startsWith('s'));
  assert.equal(alerts.length, 10);
  assert.ok(samples.length > 10, `${samples.length} samples are left`);
  assert.deepEqual(
    samples,
    Array.from({ length: samples.length }, (_, i) => `s${String(100 - samples.length + i).padStart(3, '0')}`),
  );
  assert.equal(dropped.rows, 10 * (100 - samples.length));
});

test('refuses alerts when it is full of alerts, keeps what it has, and takes some again once there is room', async (t) => {
  const { buffer } = await open(t, 64 * 1024);
  let taken = 0;
  const append = () => buffer.append('alerts', [{ rows: 1, text: `${taken} ${randomText(4000)}` }]);
  await assert.rejects(
    (async () => {
      for (; ; taken++) await append();
    })(),
    { code: 'DISK_FULL', retryable: true },
  );
  assert.ok(taken > 10, `${taken} were taken`);
  await assert.rejects(buffer.append('samples', [record('no room for them either '.repeat(2000) + randomText(9000))]), {
    code: 'DISK_FULL',
  });
  const first = await buffer.oldest();
  assert.match(await textOf(buffer, first!), /^0 /);
  await buffer.remove(first!);
  await append();
});

async function open(t: TestContext, maxBytes = 1024 * 1024) {
  const directory = path.join(temporaryFolder(t), 'buffer');
  const torn = { bytes: 0 };
  const dropped = { rows: 0 };
  const openOnce = () =>
    DiskBuffer.open({
      directory,
      maxBytes,
      onDropped: (rows) => {
        dropped.rows += rows;
      },
      onTorn: (_, bytes) => {
        torn.bytes += bytes;
      },
    });
  const buffer = await openOnce();
  let present = buffer;
  t.after(() => present.close());
  /** As the next process would. */
  const reopen = async () => {
    await present.close();
    present = await openOnce();
    return present;
  };
  return { buffer, directory, reopen, torn, dropped };
}

const record = (text: string) => ({ rows: 1, text });

function files(directory: string): string[] {
  return readdirSync(directory).map((name) => path.join(directory, name));
}

async function textOf(buffer: DiskBuffer, segment: { lane: Lane; file: string; bytes: number }): Promise<string> {
  const texts = [];
  for await (const { text } of buffer.read(segment)) texts.push(text);
  return texts.join(' ');
}

async function drainOne(buffer: DiskBuffer): Promise<string> {
  const segment = await buffer.oldest();
  const text = await textOf(buffer, segment!);
  await buffer.remove(segment!);
  return text;
}

/** Hardly compressible. */
function randomText(length: number): string {
  return Array.from({ length }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('');
}
