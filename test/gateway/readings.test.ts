import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type Database, openDatabase } from '../../platform/database/open.ts';
import type { Reading } from '../../schemas/messages.ts';
import { runGateway } from './running-gateway.ts';

/** 2026-01-31T12:00:00Z. */
const startUs = 1_769_860_800_000_000;
const corners = [10, 20, 110, 20, 110.5, 44, 10, 44];

let directory: string;
let database: Database;

before(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'roadstream-readings-'));
  database = await openDatabase({ url: null, dataDirectory: directory });
  const insert = `insert into reading
    select reading_id, stream_id, null, text, is_plate, 0.9, '${JSON.stringify(corners)}', at, at + interval '1.5 seconds', 'm'
    from (select *, timestamptz 'epoch' + us * interval '1 microsecond' as at from unnest($1::text[], $2::text[], $3::text[], $4::boolean[], $5::bigint[])
      as given(reading_id, stream_id, text, is_plate, us)) as placed`;
  const gate = ['AB-123-CD', 'Max. "3,5" t', '=HYPERLINK("http://x")', '出口 12'];
  const many = Array.from({ length: 2500 }, (_, index) => `T ${index}`);
  const texts = [...gate, ...many];
  await database.query(insert, [
    texts.map((_, index) => `id-${index}`),
    texts.map((_, index) => (index < gate.length ? 'gate' : 'busy')),
    texts,
    texts.map((_, index) => index === 0),
    // Of the busy one ten at a time are first seen in the same frame.
    texts.map((_, index) => startUs + (index < gate.length ? index : Math.floor(index / 10)) * 1_000_001),
  ]);
});

after(async () => {
  await database.close();
  await rm(directory, { recursive: true });
});

test('gives all readings of a stream as CSV that a spreadsheet reads and does not run', async (t) => {
  const { url } = await runGateway(t, { database });
  const response = await fetch(`${url}/api/v3/streams/gate/readings.csv`);
  assert.equal(response.headers.get('content-type'), 'text/csv; charset=utf-8');
  assert.match(response.headers.get('content-disposition')!, /gate-readings\.csv/);
  const times = ['2026-01-31T12:00:00.000Z', '2026-01-31T12:00:01.500Z'];
  const shape = '10.0,20.0,110.0,20.0,110.5,44.0,10.0,44.0';
  const lines = (await response.text()).split('\r\n');
  assert.equal(lines[0], 'reading_id,text,is_plate,confidence,first_seen_at,last_seen_at,x1,y1,x2,y2,x3,y3,x4,y4');
  assert.equal(lines[1], `id-0,"AB-123-CD",true,0.900,${times.join(',')},${shape}`);
  assert.match(lines[2]!, /^id-1,"Max\. ""3,5"" t",false,/);
  assert.match(lines[3]!, /^id-2,"'=HYPERLINK\(""http:\/\/x""\)",/);
  assert.match(lines[4]!, /^id-3,"出口 12",/);
  assert.deepEqual(lines.slice(5), ['']);
});

test('gives them as JSON, exactly as they were read', async (t) => {
  const { url } = await runGateway(t, { database });
  const { readings } = (await (await fetch(`${url}/api/v3/streams/gate/readings`)).json()) as { readings: Reading[] };
  assert.equal(readings.length, 4);
  assert.deepEqual(readings[2], {
    readingId: 'id-2',
    text: '=HYPERLINK("http://x")',
    isPlate: false,
    cornersPx: corners,
    confidence: readings[2]!.confidence,
    firstSeenAtUs: startUs + 2_000_002,
    lastSeenAtUs: startUs + 3_500_002,
  });
});

test('leaves none out and gives none twice when there are more than one query brings', async (t) => {
  const { url } = await runGateway(t, { database });
  const { readings } = (await (await fetch(`${url}/api/v3/streams/busy/readings`)).json()) as { readings: Reading[] };
  assert.equal(readings.length, 2500);
  assert.equal(new Set(readings.map(({ readingId }) => readingId)).size, 2500);
});

test('gives nothing of a stream that has read nothing, and 404 of one that nobody knows', async (t) => {
  const { url, announce } = await runGateway(t, { database });
  await announce({ streamId: 'quiet' });
  assert.deepEqual(await (await fetch(`${url}/api/v3/streams/quiet/readings`)).json(), { readings: [] });
  for (const unknown of ['nobody', 'a%00b']) {
    const response = await fetch(`${url}/api/v3/streams/${unknown}/readings.csv`);
    assert.equal(response.status, 404);
  }
});

test('says so while there is no database', async (t) => {
  const { url } = await runGateway(t);
  assert.equal((await fetch(`${url}/api/v3/streams/gate/readings.csv`)).status, 503);
});
