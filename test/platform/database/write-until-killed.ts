import { writeSync } from 'node:fs';
import { openDatabase } from '../../../platform/database/open.ts';

// Run as a process of its own: writes rows one after the other, and tells each one that the database has acknowledged.
const [dataDirectory, first] = process.argv.slice(2);
const database = await openDatabase({ url: null, dataDirectory: dataDirectory! });
await database.execute('create table if not exists written (id integer primary key, filling text)');
for (let id = Number(first); ; id++) {
  await database.query('insert into written values ($1, $2)', [id, 'x'.repeat(500)]);
  writeSync(1, `${id}\n`);
}
