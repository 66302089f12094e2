import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { encodeScenario } from '../../ingest/simulator/simulate.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { Decoder } from '../../processors/stages/decoder.ts';
import { Looks } from '../../processors/stages/looks.ts';
import { intersectionOverUnion } from '../../schemas/box.ts';
import { needsShared, sharedFolder } from '../support/needs.ts';

/** Two analysed frames a second: enough to pass every distance. */
const everyFrames = 15;
const vehicles = new Set(['car', 'truck', 'bus']);

/** Share of the vehicles driving our way, 8 to 60 m ahead and not hidden, that are found (score above 0.3, IoU above 0.45). */
async function recall(model: string): Promise<{ found: number; all: number }> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'roadstream-recall-'));
  const detector = await openDetectorInThread({ name: model, dataDirectory, mirror: path.join(sharedFolder, 'models') });
  const looks = new Looks({ detector, width: 1280, height: 720, horizonPx: 360, bonnetFraction: 0 });
  const decoder = new Decoder();
  let [found, all, sequence] = [0, 0, 0];
  try {
    for await (const { frame, truth } of encodeScenario('car-following')) {
      const unit = {
        ...frame,
        streamId: 'sim',
        vehicleId: null,
        kind: 'dashcam',
        epoch: 1,
        sequence: sequence++,
        publishedAtUs: 0,
      } as const;
      const picture = await decoder.decode(unit);
      if (!picture || truth.frameIndex % everyFrames !== 0) continue;
      looks.take(picture);
      const { detections } = await looks.detect();
      for (const actor of truth.actors) {
        if (actor.actorId.startsWith('oncoming') || actor.occludedFraction > 0.4) continue;
        if (actor.distanceMeters < 8 || actor.distanceMeters > 60) continue;
        all++;
        if (
          detections.some(
            ({ class: name, score, boxPx }) => vehicles.has(name) && score > 0.3 && intersectionOverUnion(boxPx, actor.boxPx) > 0.45,
          )
        )
          found++;
      }
    }
  } finally {
    decoder.close();
    looks.close();
    await detector.close();
    await rm(dataDirectory, { recursive: true });
  }
  return { found, all };
}

describe('real detectors on the drawn road', () => {
  test('centernet finds nine of ten vehicles at 8 to 60 m', async () => {
    const { found, all } = await recall('centernet');
    assert.ok(all > 200 && found / all >= 0.9, `${found} of ${all}`);
  });

  test('yolox-nano finds nine of ten vehicles at 8 to 60 m', async (t) => {
    if (!needsShared(t, 'models/yolox_nano_416.onnx')) return;
    const { found, all } = await recall('yolox-nano');
    assert.ok(all > 200 && found / all >= 0.9, `${found} of ${all}`);
  });
});
