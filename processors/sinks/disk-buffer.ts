import { type FileHandle, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { crc32, deflateRaw, inflateRaw } from 'node:zlib';
import { lockDirectory } from '../../platform/database/directory-lock.ts';
import { RoadstreamError } from '../../schemas/errors.ts';

/** The dearest first: it is written to the database first, and dropped last to stay within the bound. `alerts` are never dropped. */
const lanes = ['alerts', 'readings', 'risks', 'samples'] as const;
export type Lane = (typeof lanes)[number];

/** Some rows that are written and read as one. */
export interface DiskRecord {
  readonly rows: number;
  readonly text: string;
}

export interface Segment {
  readonly lane: Lane;
  readonly file: string;
  /** Of its whole records; after a torn write the file may be longer. */
  bytes: number;
}

interface OpenSegment extends Segment {
  readonly handle: FileHandle;
}

export interface DiskBufferOptions {
  readonly directory: string;
  /** Of all files together. */
  readonly maxBytes: number;
  /** So many rows were dropped to make room. */
  readonly onDropped: (rows: number) => void;
  /** So many bytes of a file are no whole record: a write that was under way when the process or the machine died, or a bad disk. */
  readonly onTorn: (file: string, bytes: number) => void;
}

/** A file is deleted when all of it has been written to the database: large enough for few files, small enough to make room in steps. */
const segmentBytes = 16 * 1024 * 1024;
/** Of a small buffer: no single step of making room costs more than an eighth of it. */
const fewestSegments = 8;
/** Before each record: length of the body, its CRC-32, how many rows it holds; 32-bit little endian each. */
const headerBytes = 12;

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A queue of rows in files, for while the database is away. What `append` has acknowledged survives a kill and a power cut. */
export class DiskBuffer {
  readonly #options: DiskBufferOptions;
  readonly #segmentBytes: number;
  readonly #unlock: () => void;
  /** Oldest first; nothing is added to them any more. */
  readonly #sealed: Segment[];
  readonly #open = new Map<Lane, OpenSegment>();
  #nextNumber: number;
  /** Changes are made one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closed: Promise<void> | undefined;

  /** @throws BUFFER_LOCKED when another recorder uses the directory, DISK_FULL, FILE_UNWRITABLE. */
  static async open(options: DiskBufferOptions): Promise<DiskBuffer> {
    const { directory } = options;
    try {
      await mkdir(directory, { recursive: true });
      const unlock = lockDirectory(directory, 'BUFFER_LOCKED', 'Give each recorder a dataDirectory of its own.');
      try {
        const names = (await readdir(directory)).filter((name) => /^\d{12}\.(alerts|readings|risks|samples)$/.test(name)).sort();
        const segments = names.map(async (name) => {
          const file = path.join(directory, name);
          return { lane: path.extname(name).slice(1) as Lane, file, bytes: (await stat(file)).size };
        });
        return new DiskBuffer(options, unlock, await Promise.all(segments));
      } catch (thrown) {
        unlock();
        throw thrown;
      }
    } catch (thrown) {
      throw diskFailure(thrown, directory);
    }
  }

  private constructor(options: DiskBufferOptions, unlock: () => void, segments: Segment[]) {
    this.#options = options;
    this.#segmentBytes = Math.min(segmentBytes, options.maxBytes / fewestSegments);
    this.#unlock = unlock;
    this.#sealed = segments;
    this.#nextNumber = Number.parseInt(path.basename(segments.at(-1)?.file ?? '0'), 10) + 1;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return [...this.#sealed, ...this.#open.values()].reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Resolves when all records are on the disk itself (fsync).
   * @throws DISK_FULL when they have no place, on the disk or within the bound; FILE_UNWRITABLE. Nothing of them is then kept.
   */
  async append(lane: Lane, records: readonly DiskRecord[]): Promise<void> {
    // Compressed: an eighth of the bytes, so eight times the outage.
    const encoded = Buffer.concat(await Promise.all(records.map(encode)));
    await this.#inTurn(async () => {
      await this.#makeRoom(encoded.length);
      const segment = this.#open.get(lane) ?? (await this.#begin(lane));
      try {
        await writeAt(segment.handle, encoded, segment.bytes);
        await segment.handle.datasync();
        segment.bytes += encoded.length;
      } catch (thrown) {
        // What came of it must not stand before later records. After a failed fsync the file is not to be trusted with more, either.
        await segment.handle.truncate(segment.bytes).catch(() => undefined);
        await this.#seal(segment);
        throw thrown;
      }
      if (segment.bytes >= this.#segmentBytes) await this.#seal(segment);
    });
  }

  /** @returns What is to be written to the database first: alerts, then the oldest of the others. */
  oldest(): Promise<Segment | undefined> {
    return this.#inTurn(async () => {
      for (const lane of lanes) {
        const find = () => this.#sealed.find((segment) => segment.lane === lane);
        const open = this.#open.get(lane);
        if (!find() && open) await this.#seal(open);
        const found = find();
        if (found) return found;
      }
      return undefined;
    });
  }

  /** Gives the whole records of a segment, in order. @throws FILE_UNWRITABLE when it cannot be read. */
  async *read(segment: Segment): AsyncGenerator<DiskRecord> {
    for (const { rows, body } of await this.#recordsOf(segment)) yield { rows, text: (await inflate(body)).toString() };
  }

  /** What it held is in the database. */
  remove(segment: Segment): Promise<void> {
    return this.#inTurn(() => this.#forget(segment));
  }

  close(): Promise<void> {
    this.#closed ??= this.#inTurn(async () => {
      for (const segment of this.#open.values()) await this.#seal(segment);
    }).finally(this.#unlock);
    return this.#closed;
  }

  async #makeRoom(wanted: number): Promise<void> {
    const { directory, maxBytes, onDropped } = this.#options;
    while (this.bytes + wanted > maxBytes) {
      const dropped = lanes.findLast((lane) => lane !== 'alerts' && this.#holds(lane));
      const open = dropped && this.#open.get(dropped);
      const sealed = this.#sealed.find(({ lane }) => lane === dropped);
      if (!sealed && !open)
        throw new RoadstreamError(
          'DISK_FULL',
          `${directory} is full of alerts: ${this.bytes} of ${maxBytes} bytes. Bring the database back, or raise recorderBufferMegabytes.`,
          { retryable: true },
        );
      if (!sealed) {
        await this.#seal(open!);
        continue;
      }
      const rows = (await this.#recordsOf(sealed)).reduce((sum, record) => sum + record.rows, 0);
      await this.#forget(sealed);
      onDropped(rows);
    }
  }

  #holds(wanted: Lane): boolean {
    return this.#open.has(wanted) || this.#sealed.some(({ lane }) => lane === wanted);
  }

  async #recordsOf({ file }: Segment): Promise<{ rows: number; body: Buffer }[]> {
    let bytes: Buffer;
    try {
      bytes = await readFile(file);
    } catch (thrown) {
      // Dropped in the meantime.
      if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw diskFailure(thrown, file);
    }
    const records = [];
    let at = 0;
    let whole = 0;
    while (at + headerBytes <= bytes.length) {
      const length = bytes.readUInt32LE(at);
      const end = at + headerBytes + length;
      if (length === 0 || end > bytes.length) break;
      if (crc32(bytes.subarray(at + 8, end)) === bytes.readUInt32LE(at + 4)) {
        records.push({ rows: bytes.readUInt32LE(at + 8), body: bytes.subarray(at + headerBytes, end) });
        whole += end - at;
      }
      at = end;
    }
    if (whole < bytes.length) this.#options.onTorn(file, bytes.length - whole);
    return records;
  }

  async #begin(lane: Lane): Promise<OpenSegment> {
    const { directory } = this.#options;
    const file = path.join(directory, `${String(this.#nextNumber++).padStart(12, '0')}.${lane}`);
    const handle = await open(file, 'wx');
    try {
      // The file's name must be on the disk as well.
      const folder = await open(directory, 'r');
      await folder.sync().finally(() => folder.close());
    } catch (thrown) {
      await handle.close();
      await rm(file, { force: true });
      throw thrown;
    }
    const segment = { lane, file, handle, bytes: 0 };
    this.#open.set(lane, segment);
    return segment;
  }

  async #seal(segment: OpenSegment): Promise<void> {
    const { lane, file, handle, bytes } = segment;
    this.#open.delete(lane);
    await handle.close().catch(() => undefined);
    if (bytes === 0) await rm(file, { force: true });
    else this.#sealed.push({ lane, file, bytes });
  }

  async #forget({ file }: Segment): Promise<void> {
    await rm(file, { force: true });
    const index = this.#sealed.findIndex((segment) => segment.file === file);
    if (index >= 0) this.#sealed.splice(index, 1);
  }

  async #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(step);
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } catch (thrown) {
      throw diskFailure(thrown, this.#options.directory);
    }
  }
}

async function encode({ rows, text }: DiskRecord): Promise<Buffer> {
  const body = await deflate(text, { level: 1 });
  const bytes = Buffer.allocUnsafe(headerBytes + body.length);
  bytes.writeUInt32LE(body.length, 0);
  bytes.writeUInt32LE(rows, 8);
  body.copy(bytes, headerBytes);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** A nearly full disk takes a part of a write without an error; the next part then fails. */
async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

function diskFailure(thrown: unknown, where: string): RoadstreamError {
  if (thrown instanceof RoadstreamError) return thrown;
  const { code = '', message } = thrown as NodeJS.ErrnoException;
  const isFull = ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code);
  return new RoadstreamError(
    isFull ? 'DISK_FULL' : 'FILE_UNWRITABLE',
    isFull ? `The disk of ${where} is full. Free some space; buffering goes on by itself.` : `${where}: ${message}.`,
    { cause: thrown, retryable: true },
  );
}
