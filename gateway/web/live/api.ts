import type { StreamView } from '../../../schemas/live.ts';
import type { Alert } from '../../../schemas/messages.ts';

/** Cameras as the gateway lists them. */
export async function fetchStreams(signal: AbortSignal): Promise<readonly StreamView[]> {
  return (await get<{ readonly streams: readonly StreamView[] }>('/api/v3/streams', signal)).streams;
}

/** The newest stored alerts. */
export async function fetchAlerts(signal: AbortSignal): Promise<readonly Alert[]> {
  return (await get<{ readonly alerts: readonly Alert[] }>('/api/v3/alerts', signal)).alerts;
}

async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}
