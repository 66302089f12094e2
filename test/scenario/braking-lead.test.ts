import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { framesPerSecond } from '../../ingest/simulator/scenario.ts';
import { brakingLead } from '../../ingest/simulator/scenarios/braking-lead.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { judgeDrive } from '../support/drive.ts';
import { needs, sharedFolder } from '../support/needs.ts';
import { temporaryFolder } from '../support/temporary.ts';

const mirror = path.join(sharedFolder, 'models');
const framesPerLoop = brakingLead.durationSeconds * framesPerSecond;
const loops = 3;

for (const name of ['centernet', 'yolox-nano'])
  test(`${name}: each loop of braking-lead raises one alert, and it is over before the loop is`, async (t) => {
    const isHere = name === 'centernet' || existsSync(path.join(mirror, 'yolox_nano_416.onnx'));
    if (!needs(t, isHere, name, `ROADSTREAM_SHARED=<folder with models/yolox_nano_416.onnx> npm test`)) return;
    const detector = await openDetectorInThread({ name, dataDirectory: temporaryFolder(t), mirror });
    t.after(() => detector.close());
    const changes: [loop: number, state: string][] = [];
    for await (const { truth, alerts } of judgeDrive('braking-lead', detector, {
      frames: loops * framesPerLoop,
      analysedFramesPerSecond: 5,
    }))
      for (const { state } of alerts) changes.push([Math.floor(truth.frameIndex / framesPerLoop), state]);
    assert.deepEqual(
      changes.filter(([, state]) => state !== 'updated'),
      Array.from({ length: loops }, (_, loop) => [
        [loop, 'raised'],
        [loop, 'cleared'],
      ]).flat(),
    );
  });
