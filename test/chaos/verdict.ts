import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { loadMomentAt, wholeLoops } from '../../ingest/load/moment.ts';
import { forwardCollisionType } from '../../processors/core/forward-collision.ts';
import { type Cluster, startCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import type { Role } from '../support/role.ts';
import type { SeenPerception } from '../support/witness.ts';

/** Of `braking-lead`: from when the lead is followed steadily to when the danger is over, seconds of the loop. */
const eventSeconds = { fromSeconds: 0.6, toSeconds: 5 };
/** At five analysed pictures a second the last one sent is not always chosen, and governing the load may leave out more, microseconds. */
const unchosenUs = 2_000_000;
/** For how long a lost track is remembered and may come back under its id, with room for the pictures between, seconds. */
const mostAbsentSeconds = 4;

/**
 * Eight cameras, all roles, and pictures of every camera analysed.
 * @returns Undefined after skipping the test, since something is missing here.
 */
export async function startEverything(t: TestContext, { processors: count = 1 } = {}) {
  const cluster = await startCluster(t, { streams: 8 });
  if (!cluster) return undefined;
  const processors: Role[] = [];
  for (let i = 0; i < count; i++) processors.push(await cluster.role('process'));
  const recorder = await cluster.role('record');
  const ingest = await cluster.role('ingest');
  await untilAllFlow(cluster);
  return { cluster, processors, recorder, ingest };
}

/** Until pictures of every stream are analysed. */
export async function untilAllFlow({ streams, witness }: Cluster, since = 0): Promise<void> {
  await eventually(
    'every stream is analysed',
    () => streams.every(({ id }) => (witness.perceptions.get(id)?.at(-1)?.capturedAtUs ?? 0) > since),
    120_000,
  );
}

/** Ends the cameras, and waits until all that they have sent is analysed, and all alerts are in the database. */
export async function settle(cluster: Cluster, ingest: Role): Promise<void> {
  await ingest.stop();
  const { streams, witness } = cluster;
  const newest = (seen: readonly { readonly capturedAtUs: number }[] = []) => Math.max(...seen.map(({ capturedAtUs }) => capturedAtUs));
  await eventually(
    'all pictures are analysed',
    () => streams.every(({ id }) => newest(witness.units.get(id)) - newest(witness.perceptions.get(id)) < unchosenUs),
    120_000,
  );
  const raised = () => new Set(witness.alerts.map(({ alertId }) => alertId)).size;
  await eventually('all alerts are in the database', async () => (await cluster.alerts()).length === raised(), 120_000);
}

/**
 * Every braking whose pictures were all published is one alert in the database; one of which pictures are missing is one at most.
 * @returns How many there were, for a person.
 */
export async function assertEachEventOnce({ streams, witness, alerts }: Cluster): Promise<string> {
  // What else the cameras see, such as the own lane, has its own tests.
  const recorded = (await alerts()).filter(({ type }) => type === forwardCollisionType);
  const problems: string[] = [];
  let [events, partial] = [0, 0];
  for (const { id, url } of streams) {
    const whole = wholeLoops(url, witness.units.get(id) ?? [], eventSeconds);
    const counts = new Map<number, number>();
    for (const alert of recorded.filter(({ streamId }) => streamId === id)) {
      const { loop } = loadMomentAt(url, alert.raisedAtUs);
      counts.set(loop, (counts.get(loop) ?? 0) + 1);
    }
    for (const loop of whole)
      if (counts.get(loop) !== 1) {
        const analysed = analysedOf(url, loop, witness.perceptions.get(id) ?? []);
        problems.push(`${id}, loop ${loop}: ${counts.get(loop) ?? 0} alerts of a whole event; ${analysed}`);
      }
    for (const [loop, count] of counts)
      if (!whole.has(loop) && count > 1) problems.push(`${id}, loop ${loop}: ${count} alerts of an event in pieces`);
    events += whole.size;
    partial += [...counts.keys()].filter((loop) => !whole.has(loop)).length;
  }
  assert.deepEqual(problems, []);
  assert.ok(events > 0, 'nothing happened at all');
  return `${events} whole events, each alerted once; ${partial} more seen in pieces`;
}

/** @returns For a person: each analysed picture of a loop as its time in the drive, how late it was told, and the nearest danger in it. */
function analysedOf(url: string, loop: number, perceptions: readonly SeenPerception[]): string {
  const seen = byCapture(perceptions)
    .map((perception) => ({ ...perception, ...loadMomentAt(url, perception.capturedAtUs) }))
    .filter((moment) => moment.loop === loop)
    .map(({ timeSeconds, capturedAtUs, publishedAtUs, tracks }) => {
      const ttc = Math.min(...tracks.map(({ ttcSeconds }) => ttcSeconds ?? Number.POSITIVE_INFINITY));
      const late = ((publishedAtUs - capturedAtUs) / 1e6).toFixed(2);
      return `${timeSeconds.toFixed(1)} s (+${late}, ${tracks.length} tracks, TTC ${ttc.toFixed(1)})`;
    });
  return seen.length === 0 ? 'none of its pictures was analysed' : `analysed ${seen.join(', ')}`;
}

/** An id that has gone for good never names anything again. */
export function assertNoTrackIdReused({ witness }: Cluster): void {
  const problems: string[] = [];
  for (const [streamId, perceptions] of witness.perceptions) {
    const lastSeen = new Map<number, { readonly atUs: number; readonly class: string }>();
    for (const { capturedAtUs, tracks } of byCapture(perceptions))
      for (const { trackId, class: what } of tracks) {
        const before = lastSeen.get(trackId);
        if (before && (capturedAtUs - before.atUs) / 1e6 > mostAbsentSeconds)
          problems.push(`${streamId}: track ${trackId} (${what}) came back after ${((capturedAtUs - before.atUs) / 1e6).toFixed(1)} s`);
        lastSeen.set(trackId, { atUs: capturedAtUs, class: what });
      }
  }
  assert.deepEqual(problems, []);
}

/** @returns The longest time between two analysed pictures, seconds of capture; of all streams. */
export function longestGapSeconds({ witness }: Cluster): number {
  return longest(witness.perceptions, ({ capturedAtUs }) => capturedAtUs);
}

/** @returns The longest time in which nothing was said of a stream, seconds of the wall clock. */
export function longestSilenceSeconds({ witness }: Cluster): number {
  return longest(witness.perceptions, ({ publishedAtUs }) => publishedAtUs);
}

function longest(perceptions: Cluster['witness']['perceptions'], timeOf: (perception: SeenPerception) => number): number {
  let longestUs = 0;
  for (const seen of perceptions.values()) {
    const times = seen.map(timeOf).sort((a, b) => a - b);
    for (let i = 1; i < times.length; i++) longestUs = Math.max(longestUs, times[i]! - times[i - 1]!);
  }
  return longestUs / 1e6;
}

function byCapture(perceptions: readonly SeenPerception[]): SeenPerception[] {
  return [...perceptions].sort((a, b) => a.capturedAtUs - b.capturedAtUs);
}
