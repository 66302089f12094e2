import { ReadableStream } from 'node:stream/web';
import { Hono } from 'hono';
import type { Row } from '../../platform/database/database.ts';
import type { Reading } from '../../schemas/messages.ts';
import { unknownStream } from '../answers.ts';
import type { DatabaseGate } from '../database-gate.ts';
import type { StreamState } from '../live/stream-state.ts';

/** Rows of one query: 1 MB of text at most, and a few milliseconds of the database. */
const pageRows = 1000;

const us = (column: string) => `(extract(epoch from ${column}) * 1000000)::bigint`;

const csvHeader = 'reading_id,text,is_plate,confidence,first_seen_at,last_seen_at,x1,y1,x2,y2,x3,y3,x4,y4';

/** What a stream's camera has read, oldest first, all of it: as JSON and as CSV. Both are sent as they are read from the database. */
export function readingRoutes(gate: DatabaseGate, streams: StreamState): Hono {
  const answer = async (streamId: string, write: (pages: AsyncGenerator<Reading[]>) => AsyncGenerator<string>, type: string) => {
    const pages = readingsOf(gate, streamId);
    // The first page is awaited, so that a failure still has a status of its own.
    const first = await pages.next();
    if (first.done && !streams.has(streamId)) throw unknownStream(streamId);
    const body = ReadableStream.from(encoded(write(resumed(first, pages))));
    return new Response(body as unknown as BodyInit, { headers: { 'Content-Type': type } });
  };
  return new Hono()
    .get('/:id/readings', (context) => answer(context.req.param('id'), jsonOf, 'application/json'))
    .get('/:id/readings.csv', async (context) => {
      const streamId = context.req.param('id');
      const response = await answer(streamId, csvOf, 'text/csv; charset=utf-8');
      response.headers.set('Content-Disposition', `attachment; filename="${streamId.replace(/[^a-z0-9-]/g, '_')}-readings.csv"`);
      return response;
    });
}

async function* readingsOf(gate: DatabaseGate, streamId: string): AsyncGenerator<Reading[], void> {
  let last: Reading | undefined;
  // PostgreSQL takes no zero bytes in a text; no stream has one in its name.
  if (streamId.includes('\0')) return;
  for (;;) {
    const rows = await gate.database.query(
      `select reading_id, text, is_plate, confidence, corners, ${us('first_seen_at')} as first_seen_at, ${us('last_seen_at')} as last_seen_at
       from reading
       where stream_id = $1
         and ($2::bigint is null or (first_seen_at, reading_id) > (timestamptz 'epoch' + $2 * interval '1 microsecond', $3::text))
       order by first_seen_at, reading_id limit $4`,
      [streamId, last?.firstSeenAtUs ?? null, last?.readingId ?? null, pageRows],
    );
    if (rows.length > 0) yield rows.map(toReading);
    if (rows.length < pageRows) return;
    last = toReading(rows.at(-1)!);
  }
}

function toReading(row: Row): Reading {
  return {
    readingId: row.reading_id as string,
    text: row.text as string,
    isPlate: row.is_plate as boolean,
    cornersPx: row.corners as number[],
    confidence: Number(row.confidence),
    firstSeenAtUs: Number(row.first_seen_at),
    lastSeenAtUs: Number(row.last_seen_at),
  };
}

async function* resumed(first: IteratorResult<Reading[], void>, rest: AsyncGenerator<Reading[], void>): AsyncGenerator<Reading[]> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

async function* jsonOf(pages: AsyncGenerator<Reading[]>): AsyncGenerator<string> {
  yield '{"readings":[';
  let separator = '';
  for await (const readings of pages) {
    yield separator + readings.map((reading) => JSON.stringify(reading)).join(',');
    separator = ',';
  }
  yield ']}';
}

async function* csvOf(pages: AsyncGenerator<Reading[]>): AsyncGenerator<string> {
  yield `${csvHeader}\r\n`;
  for await (const readings of pages) yield readings.map((reading) => `${csvLine(reading)}\r\n`).join('');
}

/** Source: RFC 4180. */
function csvLine({ readingId, text, isPlate, confidence, firstSeenAtUs, lastSeenAtUs, cornersPx }: Reading): string {
  const times = [firstSeenAtUs, lastSeenAtUs].map((atUs) => new Date(atUs / 1000).toISOString());
  return [readingId, csvText(text), isPlate, confidence.toFixed(3), ...times, ...cornersPx.map((value) => value.toFixed(1))].join(',');
}

/**
 * A spreadsheet runs what begins like a formula, and anybody can hold a formula before a camera: it is led by an apostrophe.
 * Source: OWASP, CSV Injection.
 */
function csvText(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

async function* encoded(texts: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}
