import { ReadableStream } from 'node:stream/web';

/** How the rows of a long answer are written. */
export interface RowFormat<T> {
  /** Of the file that a browser keeps the CSV in, less its ending. */
  readonly name: string;
  /** The one key of the JSON object, which holds the rows. */
  readonly key: string;
  readonly csvHeader: string;
  readonly csvLine: (row: T) => string;
}

/**
 * Answers with rows as they are read, so that there may be any number of them.
 * @param onEmpty May throw where there are no rows.
 * @throws What reading the first page throws; later the answer breaks off.
 */
export async function answerRows<T>(
  pages: AsyncGenerator<readonly T[], void>,
  as: 'json' | 'csv',
  { name, key, csvHeader, csvLine }: RowFormat<T>,
  onEmpty: () => void,
): Promise<Response> {
  // The first page is awaited, so that a failure still has a status of its own.
  const first = await pages.next();
  if (first.done) onEmpty();
  const all = resumed(first, pages);
  const texts = as === 'json' ? jsonOf(key, all) : csvOf(csvHeader, csvLine, all);
  const headers = {
    json: { 'Content-Type': 'application/json' },
    csv: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': `attachment; filename="${name.replace(/[^a-zA-Z0-9-]/g, '_')}.csv"`,
    },
  };
  return new Response(ReadableStream.from(encoded(texts)) as unknown as BodyInit, { headers: headers[as] });
}

async function* resumed<T>(first: IteratorResult<T, void>, rest: AsyncGenerator<T, void>): AsyncGenerator<T> {
  if (first.done) return;
  yield first.value;
  yield* rest;
}

async function* jsonOf(key: string, pages: AsyncGenerator<readonly unknown[]>): AsyncGenerator<string> {
  yield `{${JSON.stringify(key)}:[`;
  let separator = '';
  for await (const rows of pages) {
    yield separator + rows.map((row) => JSON.stringify(row)).join(',');
    separator = ',';
  }
  yield ']}';
}

/** Source: RFC 4180. */
async function* csvOf<T>(header: string, line: (row: T) => string, pages: AsyncGenerator<readonly T[]>): AsyncGenerator<string> {
  yield `${header}\r\n`;
  for await (const rows of pages) yield rows.map((row) => `${line(row)}\r\n`).join('');
}

async function* encoded(texts: AsyncGenerator<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const text of texts) yield encoder.encode(text);
}
