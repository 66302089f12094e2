import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { assertEachEventOnce, assertNoTrackIdReused, settle, startEverything } from './verdict.ts';

test('with ingest killed twenty times, each danger whose pictures came is alerted once, and epochs only ever rise', async (t) => {
  const all = await startEverything(t);
  if (!all) return;
  const { cluster, ingest } = all;

  const random = randomFrom(6);
  for (let kill = 0; kill < 20; kill++) {
    await sleep(500 + 9000 * random());
    await ingest.kill();
    await ingest.ready();
  }
  // A danger that is seen whole, after the last kill.
  await sleep(16_000);
  await settle(cluster, ingest);

  t.diagnostic(await assertEachEventOnce(cluster));
  assertNoTrackIdReused(cluster);
  for (const units of cluster.witness.units.values()) {
    const epochs = [...new Set(units.map(({ epoch }) => epoch))];
    // One that is killed before its first picture leaves no trace.
    assert.ok(epochs.length > 10 && epochs.length <= 21, `${epochs.length} epochs`);
    assert.deepEqual(
      epochs,
      epochs.toSorted((a, b) => a - b),
    );
  }
});
