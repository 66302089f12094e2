import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { assertEachEventOnce, assertNoTrackIdReused, settle, startEverything, untilAllFlow } from './verdict.ts';

/** Pictures this close to an outage may be jumped over, milliseconds. */
const nearMs = 3000;

test('with the broker killed five times, every role goes on by itself, and no danger is alerted twice', async (t) => {
  const all = await startEverything(t, { processors: 2 });
  if (!all) return;
  const { cluster, processors, recorder, ingest } = all;

  const random = randomFrom(7);
  const outages: { fromUs: number; toUs: number }[] = [];
  for (let kill = 0; kill < 5; kill++) {
    // Between two outages there is time for a danger that is clear of both.
    await sleep(12_000 + 8000 * random());
    const fromUs = (Date.now() - nearMs) * 1000;
    await cluster.broker.kill();
    await sleep(3000 * random());
    const before = Date.now();
    await cluster.broker.start();
    await untilAllFlow(cluster, before * 1000);
    outages.push({ fromUs, toUs: (Date.now() + nearMs) * 1000 });
    t.diagnostic(`every stream analysed ${((Date.now() - before) / 1000).toFixed(1)} s after the broker was told to start`);
  }
  await sleep(16_000);
  await settle(cluster, ingest);

  t.diagnostic(await assertEachEventOnce(cluster, outages));
  assertNoTrackIdReused(cluster);
  assert.deepEqual(
    [...processors, recorder, ingest].map(({ crashes }) => crashes),
    [0, 0, 0, 0],
  );
});
