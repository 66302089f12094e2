import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { RoadstreamError } from '../schemas/errors.ts';

/**
 * Keeps other sites' pages from using a gateway that has no accounts. A page cannot forge these two headers:
 * - Host: an address, this machine's name or a name without a dot. A domain name may be another site's that was pointed at
 *   this machine (DNS rebinding).
 * - Origin, where a browser sends it: the same as Host, for whatever changes something and for WebSockets, which browsers
 *   open across sites without asking.
 * @param configuredHost What the gateway was told to listen on.
 * @throws REQUEST_REFUSED
 */
export function assertSameSite(headers: IncomingHttpHeaders, configuredHost: string, isHarmless: boolean): void {
  const { host = '', origin } = headers;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const isOurs =
    isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 ||
    (name !== '' && !name.includes('.')) ||
    name.endsWith('.localhost') ||
    name === configuredHost.toLowerCase() ||
    name === hostname().toLowerCase() ||
    name === `${hostname().toLowerCase()}.local`;
  if (!isOurs)
    throw new RoadstreamError(
      'REQUEST_REFUSED',
      `${name || 'A request without Host'} is no name of this gateway; use its IP address or ${hostname()}.`,
    );
  if (isHarmless || origin === undefined) return;
  if (!URL.canParse(origin) || new URL(origin).host !== host.toLowerCase())
    throw new RoadstreamError(
      'REQUEST_REFUSED',
      `A page of ${origin} may not use this gateway; open the gateway's own page at http://${host}.`,
    );
}
