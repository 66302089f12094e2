import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { createEmbeddedBus } from '../platform/bus/embedded.ts';
import { type Database, openDatabase } from '../platform/database/open.ts';
import { startRecorder } from '../processors/sinks/recorder.ts';
import { perceptionCodec } from '../schemas/codecs.ts';
import { nothingSeen, type Perception } from '../schemas/messages.ts';
import { topics } from '../schemas/topics.ts';
import { watchCommits } from '../test/processors/sinks/commits.ts';
import { findPostgres, startPostgres } from '../test/support/postgres.ts';
import { track } from '../test/support/track.ts';
import { type Benchmark, cpuMs, type Figure } from './figure.ts';

const streams = 500;
const tracksEach = 8;
/** Perceptions on the bus that are not committed yet, at most: 60 MB. */
const mostUncommitted = 50_000;
const busBytes = 256 * 1024 * 1024;
const catchUpSeconds = 50;
const startUs = 1_800_000_000_000_000;
/** A database that is used again has other rows of the same cameras. */
const runName = Date.now().toString(36);
/** So many that the Avro of every sequence number is as long. */
const firstSequence = 2 ** 20;

/** Perceptions of one camera that differ in their time alone: encoding each anew would cost more than recording it. */
class Camera {
  readonly id: string;
  readonly #bytes: Buffer;
  readonly #timeAt: number;

  constructor(id: string) {
    this.id = id;
    const tracks = Array.from({ length: tracksEach }, (_, trackId) =>
      track({ trackId, score: Math.random(), distanceMeters: 60 * Math.random(), ttcSeconds: 9 * Math.random(), isLead: trackId === 0 }),
    );
    const timing = { publishedAtUs: startUs, waitedMs: 1, decodeMs: 4, inferenceMs: 9, totalMs: 15 };
    const size = { rtpTimestamp: 0, width: 1280, height: 720, horizonPx: 360 };
    const names = { streamId: id, vehicleId: id, kind: 'dashcam', epoch: startUs, modelSet: 'bench' } as const;
    const rest = { ...names, ...nothingSeen, ...size, tracks, timing };
    const encode = (sequence: number) => perceptionCodec.encode({ ...rest, sequence, capturedAtUs: startUs } satisfies Perception);
    this.#bytes = encode(firstSequence);
    // Where the next sequence number differs first: its Avro begins there, and the time follows.
    const other = encode(firstSequence + 1);
    this.#timeAt = this.#bytes.findIndex((byte, index) => byte !== other[index]);
  }

  at(frame: number, framesPerSecond: number): Buffer {
    const bytes = Buffer.from(this.#bytes);
    const next = writeLong(bytes, this.#timeAt, firstSequence + frame);
    writeLong(bytes, next, startUs + Math.round((frame * 1e6) / framesPerSecond));
    return bytes;
  }
}

/** Avro's long: zigzag, seven bits a byte. @returns Where the next field begins. */
function writeLong(bytes: Buffer, at: number, value: number): number {
  let left = 2 * value;
  let end = at;
  for (; left >= 128; left = Math.floor(left / 128)) bytes[end++] = (left % 128) + 128;
  bytes[end++] = left;
  return end;
}

interface Run {
  readonly rowsASecond: number;
  readonly cpuMicrosecondsARow: number;
  readonly rows: number;
}

async function feed(database: Database, name: string, framesPerSecond: number, seconds: number): Promise<Run> {
  const committed = new Map<number, number>();
  const bus = watchCommits(createEmbeddedBus({ maxBytesPerTopic: busBytes }), (_, partition, offset) => committed.set(partition, offset));
  const folder = mkdtempSync(path.join(tmpdir(), 'roadstream-bench-'));
  const recorder = await startRecorder({ bus, database, bufferDirectory: path.join(folder, 'buffer'), bufferBytes: 2 ** 31 });
  const cameras = Array.from({ length: streams }, (_, index) => new Camera(`${runName}-${name}-${index}`));
  const before = await count(database);
  const [startedAt, cpuBefore] = [performance.now(), cpuMs()];
  let published = 0;
  const uncommitted = () => published - [...committed.values()].reduce((sum, offset) => sum + offset, 0);
  for (let frame = 0; frame <= seconds * framesPerSecond; frame++) {
    for (const camera of cameras) {
      void bus.publish(topics.perceptions, camera.id, camera.at(frame, framesPerSecond));
      published += 1;
    }
    await nextTurn();
    while (uncommitted() > mostUncommitted) await sleep(5);
  }
  const rows = streams * tracksEach * seconds;
  while ((await count(database)) - before < rows) await sleep(100);
  const [wallMs, cpu] = [performance.now() - startedAt, cpuMs() - cpuBefore];
  if (readdirSync(path.join(folder, 'buffer')).length > 0) throw new Error('the database was away for a while');
  await recorder.close();
  await bus.close();
  rmSync(folder, { recursive: true });
  return { rowsASecond: (1000 * rows) / wallMs, cpuMicrosecondsARow: (1000 * cpu) / rows, rows };
}

/** How quickly what is on disk follows once the database is there, nothing else coming in. */
async function catchUp(database: Database, seconds: number): Promise<number> {
  const bus = createEmbeddedBus({ maxBytesPerTopic: busBytes });
  const folder = mkdtempSync(path.join(tmpdir(), 'roadstream-bench-'));
  const opening = Promise.withResolvers<Database>();
  const bufferDirectory = path.join(folder, 'buffer');
  const cameras = Array.from({ length: streams }, (_, index) => new Camera(`${runName}-late-${index}`));
  const recorder = await startRecorder({ bus, database: opening.promise, bufferDirectory, bufferBytes: 2 ** 31 });
  for (let second = 0; second <= seconds; second++) {
    for (const camera of cameras) void bus.publish(topics.perceptions, camera.id, camera.at(second, 1));
    await nextTurn();
  }
  const before = await count(database);
  // Until the last row is on disk; a closed second is not written later than this.
  await sleep(5000);
  opening.resolve(database);
  const startedAt = performance.now();
  const rows = streams * tracksEach * seconds;
  while ((await count(database)) - before < rows) await sleep(100);
  const rowsASecond = (1000 * rows) / (performance.now() - startedAt);
  await recorder.close();
  await bus.close();
  rmSync(folder, { recursive: true });
  return rowsASecond;
}

async function count(database: Database): Promise<number> {
  const [row] = await database.query('select count(*) as count from track_second');
  return row!.count as number;
}

export const benchmark: Benchmark = {
  name: 'recorder',
  description: 'perceptions from the embedded bus, decoded, summed up per second and track, into PostgreSQL with fsync',
  async run(tell) {
    await using stack = new AsyncDisposableStack();
    let url = process.env.ROADSTREAM_BENCH_DATABASE;
    if (url === undefined) {
      const binaries = findPostgres();
      if (binaries === undefined)
        throw new Error('PostgreSQL is missing: apt-get install -y postgresql, or set ROADSTREAM_BENCH_DATABASE.');
      const server = stack.adopt(await startPostgres(binaries, { shared_buffers: '128MB', max_wal_size: '4GB' }), (it) => it.close());
      url = server.url;
    }
    const database = stack.adopt(await openDatabase({ url, dataDirectory: '/nowhere' }), (it) => it.close());
    const figures: Figure[] = [];
    for (const [framesPerSecond, seconds, bar] of [
      [5, 250, { atLeast: 20_000 }],
      [15, 75, {}],
    ] as const) {
      tell(`${framesPerSecond} frames/s`);
      const run = await feed(database, `at-${framesPerSecond}`, framesPerSecond, seconds);
      const fed = `${run.rows} rows: ${streams} streams with ${tracksEach} tracks, ${seconds} s of capture time`;
      figures.push(
        { name: `rows, ${framesPerSecond} analysed frames/s`, value: run.rowsASecond, unit: '1/s', note: fed, ...bar },
        {
          name: `of these, observations decoded and summed up, ${framesPerSecond} frames/s`,
          value: run.rowsASecond * framesPerSecond,
          unit: '1/s',
        },
        { name: `CPU a row, ${framesPerSecond} frames/s, publisher included`, value: run.cpuMicrosecondsARow, unit: 'µs' },
      );
    }
    tell('catching up');
    figures.push({
      name: 'rows, catching up from disk',
      value: await catchUp(database, catchUpSeconds),
      unit: '1/s',
      note: `at most half of the time, so that live rows go before; ${catchUpSeconds * streams * tracksEach} rows`,
    });
    return figures;
  },
};
