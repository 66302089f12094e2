import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePort } from '../../platform/kafka-broker/ports.ts';
import { needs } from './needs.ts';

export interface PostgresServer {
  readonly url: string;
  /** As a crash would: connections break at once. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes everything. */
  close(): Promise<void>;
}

/** @returns A PostgreSQL of the test's own, on a free port, with an empty database; undefined after skipping the test. */
export async function needsPostgres(t: TestContext): Promise<PostgresServer | undefined> {
  const binaries = findPostgres();
  if (!needs(t, binaries !== undefined, 'PostgreSQL', 'apt-get install -y postgresql')) return undefined;
  return startPostgres(binaries!, { fsync: 'off', shared_buffers: '16MB' });
}

/** @param wishes Settings of the server besides where it listens. */
export async function startPostgres(binaries: string, wishes: Readonly<Record<string, string>>): Promise<PostgresServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'roadstream-postgres-'));
  const directory = path.join(folder, 'cluster');
  const user = unprivilegedUser();
  if (user) chownSync(folder, user.uid, user.gid);
  const options = { ...user, cwd: folder };
  const initialise = ['-D', directory, '-U', 'roadstream', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C'];
  await promisify(execFile)(path.join(binaries, 'initdb'), initialise, options);
  const port = await freePort();
  const url = `postgres://roadstream@127.0.0.1:${port}/postgres`;
  const all = { ...wishes, unix_socket_directories: '', listen_addresses: '127.0.0.1' };
  const settings = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  let server: ChildProcess | undefined;
  const killAtExit = () => void server?.kill('SIGQUIT');
  process.on('exit', killAtExit);

  const postgres: PostgresServer = {
    url,
    async start() {
      const errors: string[] = [];
      server = spawn(path.join(binaries, 'postgres'), ['-D', directory, '-p', `${port}`, ...settings], {
        ...options,
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      server.stderr!.on('data', (text) => errors.push(String(text)));
      while (!(await answers(url))) {
        if (server.exitCode !== null) throw new Error(`PostgreSQL does not start: ${errors.join('')}`);
        await sleep(50);
      }
    },
    async stop() {
      if (!server || server.exitCode !== null) return;
      const exited = once(server, 'exit');
      // Immediate shutdown: what a crash of the server looks like to its clients.
      server.kill('SIGQUIT');
      await exited;
    },
    async close() {
      await postgres.stop();
      process.off('exit', killAtExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await postgres.start();
  return postgres;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Debian keeps them outside of PATH, one folder a version. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => path.join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(path.delimiter)];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(path.join(folder, name))));
}

/** PostgreSQL refuses to run as root. */
function unprivilegedUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user) throw new Error('PostgreSQL does not run as root, and there is neither a user postgres nor nobody.');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}
