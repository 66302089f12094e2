import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * One on 127.0.0.1 that nobody uses, below where systems take the ports of outgoing connections from (Linux: 32768): a client that keeps trying a stopped
 * broker's port there can meet itself, and then the broker does not get its port back.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_768);
    if (await isFree(port)) return port;
  }
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
