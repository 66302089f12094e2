import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, BlockList } from 'node:net';
import { RoadstreamError } from '../../schemas/errors.ts';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The IP address of a host to listen on. @throws CONFIGURATION_INVALID */
export async function resolveHost(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new RoadstreamError('CONFIGURATION_INVALID', `${host} is no address of this machine; use 127.0.0.1 or 0.0.0.0.`, {
      cause,
    });
  }
}

/** Listens, and says why it cannot. @throws PORT_IN_USE, CONFIGURATION_INVALID */
export async function listen(server: Server, address: string, port: number, flag = '--port'): Promise<number> {
  server.listen(port, address);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new RoadstreamError(
        'PORT_IN_USE',
        `Another program listens on ${address}:${port}, perhaps a roadstream that still runs. Stop it, or choose another port with ${flag} (0 takes a free one).`,
        { cause },
      );
    }
    const why =
      code === 'EACCES'
        ? 'needs more rights; use a port above 1023'
        : `is not possible (${code}); is ${address} an address of this machine?`;
    throw new RoadstreamError('CONFIGURATION_INVALID', `Listening on ${address}:${port} ${why}.`, { cause });
  }
  return (server.address() as AddressInfo).port;
}

/** The address to open in a browser on this machine. */
export function urlOf(address: string, port: number): string {
  const isHere = address === '0.0.0.0' || address === '::' || isLoopback(address);
  return `http://${isHere ? 'localhost' : address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** Where viewers over WebRTC reach this machine; undefined: at all of its addresses. */
export function mediaAddresses(address: string): readonly string[] | undefined {
  return address === '0.0.0.0' || address === '::' ? undefined : [address];
}

function isLoopback(address: string): boolean {
  return loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}
