import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { pictureOver } from '../../../ingest/simulator/drawing/sprite.ts';
import { roadScenarioNamed } from '../../../ingest/simulator/scenarios/index.ts';
import { openRoad } from '../../../ingest/simulator/scene.ts';
import type { SignTruth } from '../../../ingest/simulator/truth.ts';
import { type LineReader, openLineReader } from '../../../models/text.ts';
import type { SignSighting } from '../../../processors/core/signs/sighting.ts';
import type { Picture } from '../../../processors/stages/decoder.ts';
import { SignFinder } from '../../../processors/stages/signs.ts';
import { accessUnit } from '../../support/access-unit.ts';

/** The built-in drive past 70, 50, a light, the end of 50, 100 and a stop sign. */
const scene = openRoad(roadScenarioNamed('speed-limits'));
const { width, height } = scene;
const i420 = new Uint8Array((width * height * 3) / 2);
const planes = pictureOver(i420, width, height);
const picture: Picture = {
  width,
  height,
  pixelFormat: AV_PIX_FMT_YUV420P,
  chromaShiftX: 1,
  chromaShiftY: 1,
  planes: [planes.y, planes.u, planes.v].map((plane) => Buffer.from(plane.buffer, plane.byteOffset, plane.length)),
  strides: [width, width / 2, width / 2],
  unit: accessUnit(0),
};

/** Draws on to the first frame in which a sign is this wide. */
function drawUntil(isIt: (sign: SignTruth) => boolean, widthPx: number): SignTruth {
  for (let frame = 0; frame < scene.framesPerLoop; frame += 15) {
    if (!scene.draw(frame, i420).signs.some((sign) => isIt(sign) && sign.distanceMeters < 60)) continue;
    for (; frame < scene.framesPerLoop; frame++) {
      const found = scene.draw(frame, i420).signs.find((sign) => isIt(sign) && sign.boxPx[2] - sign.boxPx[0] >= widthPx);
      if (found) return found;
    }
  }
  throw new Error('The drive has no such sign.');
}

function near(sightings: readonly SignSighting[], { boxPx }: SignTruth): SignSighting | undefined {
  return sightings.find((sighting) => sighting.boxPx.every((edge, index) => Math.abs(edge - boxPx[index]!) <= 4));
}

describe('SignFinder', () => {
  let dataDirectory: string;
  let text: LineReader;
  before(async () => {
    dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
    text = await openLineReader({ dataDirectory });
  });
  after(async () => {
    await text.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  });

  test('finds the limits of a drawn drive from 24 px on, and reads them', async () => {
    for (const value of ['70', '50', '100']) {
      const sign = drawUntil((each) => each.class === 'speed-limit' && each.value === value, 24);
      const finder = new SignFinder({ text, classes: undefined });
      finder.take(picture, height / 2);
      const found = near(finder.find([], undefined), sign);
      assert.ok(found, `${value} was not found`);
      assert.equal(found.look, 'limit');
      const { reading } = await finder.read(found.boxPx);
      assert.equal(reading?.kmh, Number(value));
    }
  });

  test('finds the end of a limit before trees', () => {
    const sign = drawUntil((each) => each.class === 'end-of-limit', 24);
    const finder = new SignFinder({ text, classes: undefined });
    finder.take(picture, height / 2);
    assert.equal(near(finder.find([], []), sign)?.look, 'end-of-limit');
  });

  test("tells a light's colour in the detector's box", () => {
    const sign = drawUntil((each) => each.class === 'traffic-light', 8);
    const finder = new SignFinder({ text, classes: undefined });
    finder.take(picture, height / 2);
    const [found] = finder.find([{ class: 'traffic light', score: 0.7, boxPx: sign.boxPx }], undefined);
    assert.equal(found?.lamp, sign.value);
  });
});
