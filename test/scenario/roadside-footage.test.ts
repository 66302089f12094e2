import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openDetectorInThread } from '../../models/session.ts';
import { parseConfiguration } from '../../schemas/configuration.ts';
import { type RegionCount, rtpClockHz } from '../../schemas/messages.ts';
import { loadMedia } from '../support/media.ts';
import { needsShared } from '../support/needs.ts';
import { roadsidePipeline } from '../support/roadside.ts';

/** The near lanes of a residential street, past the island. By eye eight vehicles drive through in 38 s, and none stops. */
const street = {
  file: 'media/fixed_ahmetozlu_input.mp4',
  polygon: [
    [0.34, 0.45],
    [0.52, 0.43],
    [0.98, 0.8],
    [0.98, 0.97],
    [0.5, 0.97],
  ],
  vehicles: 8,
};

test('a street camera counts as many vehicles as somebody who watches the footage', async (t) => {
  const found = needsShared(t, street.file);
  if (!found) return;
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'roadstream-test-'));
  const detector = await openDetectorInThread({ name: 'centernet', dataDirectory });
  const roadside = { regions: [{ id: 'near', polygon: street.polygon }] };
  const camera = { id: 'street', url: 'file:street.mp4', kind: 'roadside', analysedFramesPerSecond: 8, roadside };
  const pipeline = await roadsidePipeline(parseConfiguration({ streams: [camera] }, 'street').streams[0]!, detector);
  t.after(async () => {
    pipeline.close();
    await detector.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });
  const media = await loadMedia(found);
  let regions: readonly RegionCount[] = [];
  let raised = 0;
  for (const [sequence, { payload, isKeyframe, seconds }] of media.units.entries()) {
    const capturedAtUs = Math.round(seconds * 1e6);
    const judged = await pipeline.push({
      codec: media.codec,
      payload,
      isKeyframe,
      rtpTimestamp: Math.round(seconds * rtpClockHz),
      capturedAtUs,
      clock: 'source',
      // The decoder tells the picture's own size.
      width: 0,
      height: 0,
      publishedAtUs: capturedAtUs,
      streamId: 'street',
      vehicleId: null,
      kind: 'roadside',
      epoch: 1,
      sequence,
    });
    if (!judged) continue;
    regions = judged.perception.regions;
    raised += judged.alerts.length;
  }
  const [{ entered, left, occupancy }] = regions as [RegionCount];
  t.diagnostic(`entered ${JSON.stringify(entered)}, left ${JSON.stringify(left)}`);
  const total = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.deepEqual([total(entered), total(left), occupancy], [street.vehicles, street.vehicles, 0]);
  assert.equal(raised, 0);
});
