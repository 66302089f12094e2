import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { startCluster } from '../support/cluster.ts';
import { assertEachEventOnce, assertNoTrackIdReused, longestGapSeconds, longestSilenceSeconds, settle, untilAllFlow } from './verdict.ts';

test('with a processor killed twenty times, each danger is alerted once, no track id comes again, and no picture waits', async (t) => {
  const cluster = await startCluster(t, { streams: 8 });
  if (!cluster) return;
  const processors = [await cluster.role('process'), await cluster.role('process')];
  await cluster.role('record');
  const ingest = await cluster.role('ingest');
  await untilAllFlow(cluster);

  const random = randomFrom(4);
  for (let kill = 0; kill < 20; kill++) {
    // Two cores start a process, catch up and go on with eight cameras meanwhile.
    await sleep(3000 + 6000 * random());
    const killed = processors[kill % 2]!;
    await killed.kill();
    await killed.ready();
  }
  await settle(cluster, ingest);

  t.diagnostic(await assertEachEventOnce(cluster));
  assertNoTrackIdReused(cluster);
  const gap = longestGapSeconds(cluster);
  t.diagnostic(`longest gap between analysed pictures ${gap.toFixed(1)} s, longest silence ${longestSilenceSeconds(cluster).toFixed(1)} s`);
  assert.ok(gap <= 3, `${gap} s of a stream were not analysed`);
  assert.deepEqual(
    processors.map(({ crashes }) => crashes),
    [0, 0],
  );
});

test('a processor that joins and leaves under load costs no alert and doubles none', async (t) => {
  const cluster = await startCluster(t, { streams: 8 });
  if (!cluster) return;
  await cluster.role('process');
  await cluster.role('record');
  const ingest = await cluster.role('ingest');
  await untilAllFlow(cluster);
  for (let round = 0; round < 3; round++) {
    const second = await cluster.role('process');
    await sleep(4000);
    await second.stop();
    await sleep(4000);
  }
  await settle(cluster, ingest);

  t.diagnostic(await assertEachEventOnce(cluster));
  assertNoTrackIdReused(cluster);
  t.diagnostic(
    `longest gap between analysed pictures ${longestGapSeconds(cluster).toFixed(1)} s, longest silence ${longestSilenceSeconds(cluster).toFixed(1)} s`,
  );
  assert.ok(longestGapSeconds(cluster) <= 2);
});
