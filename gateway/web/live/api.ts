import type { StreamView } from '../../../schemas/live.ts';
import type { Alert } from '../../../schemas/messages.ts';

/** Cameras as the gateway lists them. */
export async function fetchStreams(signal: AbortSignal): Promise<readonly StreamView[]> {
  return (await get<{ readonly streams: readonly StreamView[] }>('/api/v3/streams', signal)).streams;
}

/** What a person says of an alert. */
export type Verdict = 'correct' | 'false';

/** The newest stored alerts, with what a person has said of them. */
export async function fetchAlerts(signal: AbortSignal): Promise<readonly (Alert & { readonly verdict: Verdict | null })[]> {
  return (await get<{ readonly alerts: readonly (Alert & { readonly verdict: Verdict | null })[] }>('/api/v3/alerts', signal)).alerts;
}

/** Keeps what a person says of an alert; null takes it back. */
export async function sendVerdict(alertId: string, verdict: Verdict | null): Promise<void> {
  const path = `/api/v3/alerts/${alertId}/verdict`;
  const response = await fetch(path, { method: 'PUT', body: JSON.stringify({ verdict }) });
  if (!response.ok) throw new Error(((await response.json()) as { error: { message: string } }).error.message);
}

async function get<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { headers: { accept: 'application/json' }, signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as T;
}
