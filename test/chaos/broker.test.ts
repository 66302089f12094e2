import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { assertEachEventOnce, assertNoTrackIdReused, settle, startEverything, untilAllFlow } from './verdict.ts';

test('with the broker killed five times, every role goes on by itself, and each danger is alerted once', async (t) => {
  const all = await startEverything(t, { processors: 2 });
  if (!all) return;
  const { cluster, processors, recorder, ingest } = all;

  const random = randomFrom(7);
  for (let kill = 0; kill < 5; kill++) {
    await sleep(12_000 + 8000 * random());
    await cluster.broker.kill();
    await sleep(3000 * random());
    const before = Date.now();
    await cluster.broker.start();
    await untilAllFlow(cluster, before * 1000);
    t.diagnostic(`every stream analysed ${((Date.now() - before) / 1000).toFixed(1)} s after the broker was told to start`);
  }
  await sleep(16_000);
  await settle(cluster, ingest);

  t.diagnostic(await assertEachEventOnce(cluster));
  assertNoTrackIdReused(cluster);
  assert.deepEqual(
    [...processors, recorder, ingest].map(({ crashes }) => crashes),
    [0, 0, 0, 0],
  );
});
