import path from 'node:path';
import { pino } from 'pino';
import { openPglite } from '../../platform/database/pglite.ts';
import { connectPostgres } from '../../platform/database/postgres.ts';
import { needsPostgres } from '../support/postgres.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { databaseConformance } from './database.ts';

const log = pino({ level: 'silent' });

databaseConformance('PGlite', async (t) => {
  const database = await openPglite(path.join(temporaryFolder(t), 'database'));
  return { databases: [database], close: () => database.close() };
});

databaseConformance('PostgreSQL', async (t) => {
  const server = await needsPostgres(t);
  if (!server) return undefined;
  const databases = [connectPostgres(server.url, log), connectPostgres(server.url, log)];
  return {
    databases,
    async close() {
      await Promise.all(databases.map((database) => database.close()));
      await server.close();
    },
  };
});
