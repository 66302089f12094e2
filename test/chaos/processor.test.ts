import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import {
  assertEachEventOnce,
  assertNoTrackIdReused,
  longestGapSeconds,
  longestSilenceSeconds,
  settle,
  startEverything,
} from './verdict.ts';

test('with a processor killed twenty times, each danger is alerted once, no track id comes again, and no picture waits', async (t) => {
  const all = await startEverything(t, { processors: 2 });
  if (!all) return;
  const { cluster, processors, ingest } = all;

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
  const all = await startEverything(t);
  if (!all) return;
  const { cluster, ingest } = all;
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
