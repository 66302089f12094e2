import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomFrom } from '../../ingest/simulator/drawing/noise.ts';
import { assertEachEventOnce, settle, startEverything } from './verdict.ts';

test('with the recorder killed twenty times and the database away for a minute, each danger is in the database once', async (t) => {
  const all = await startEverything(t);
  if (!all) return;
  const { cluster, recorder, ingest } = all;

  const random = randomFrom(5);
  const killTimes = async (times: number) => {
    for (let kill = 0; kill < times; kill++) {
      await sleep(200 + 1800 * random());
      await recorder.kill();
      await recorder.ready();
    }
  };
  await killTimes(10);
  await cluster.postgres.stop();
  const awayUntil = Date.now() + 60_000;
  // It must also come up, and keep what it reads, while there is no database.
  await killTimes(5);
  await sleep(Math.max(0, awayUntil - Date.now()));
  await cluster.postgres.start();
  await killTimes(5);
  await settle(cluster, ingest);

  t.diagnostic(await assertEachEventOnce(cluster));
  assert.equal(recorder.crashes, 0);
});
