import { Hono } from 'hono';
import type { Row } from '../../platform/database/database.ts';
import type { Reading } from '../../schemas/messages.ts';
import { unknownStream } from '../answers.ts';
import type { DatabaseGate } from '../database-gate.ts';
import type { StreamState } from '../live/stream-state.ts';
import { answerRows } from '../long-answer.ts';
import { us } from '../query.ts';

/** Rows of one query: 1 MB of text at most, and a few milliseconds of the database. */
const pageRows = 1000;

const csvHeader = 'reading_id,text,is_plate,confidence,first_seen_at,last_seen_at,x1,y1,x2,y2,x3,y3,x4,y4';

/** What a stream's camera has read, oldest first, all of it: as JSON and as CSV. Both are sent as they are read from the database. */
export function readingRoutes(gate: DatabaseGate, streams: StreamState): Hono {
  const answer = (streamId: string, as: 'json' | 'csv') =>
    answerRows(readingsOf(gate, streamId), as, { name: `${streamId}-readings`, key: 'readings', csvHeader, csvLine }, () => {
      if (!streams.has(streamId)) throw unknownStream(streamId);
    });
  return new Hono()
    .get('/:id/readings', (context) => answer(context.req.param('id'), 'json'))
    .get('/:id/readings.csv', (context) => answer(context.req.param('id'), 'csv'));
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
