import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { openPage, type PageTruth, type VisibleText } from '../../../ingest/simulator/page/page.ts';
import type { PageText } from '../../../ingest/simulator/page/page-scenario.ts';
import { encodeScene } from '../../../ingest/simulator/render.ts';
import { scannerPage } from '../../../ingest/simulator/scenarios/scanner-page.ts';
import { openTextModels, type TextModels } from '../../../models/text.ts';
import { Pipeline } from '../../../processors/pipelines/pipeline.ts';
import { ScannerSenses } from '../../../processors/pipelines/scanner-senses.ts';
import { TextReader } from '../../../processors/stages/text.ts';
import { streamSchema } from '../../../schemas/configuration.ts';
import type { AccessUnit, Reading } from '../../../schemas/messages.ts';

suite('scanner', () => {
  let folder: string;
  let text: TextModels;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
    text = await openTextModels({ dataDirectory: folder });
  });
  after(async () => {
    await text.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('reads 95 % of what moves past exactly, tells plates, and reads nothing that is not there', async () => {
    const pipeline = openPipeline();
    const readings = new Map<string, Reading>();
    const shown = new Map<string, VisibleText>();
    for await (const { unit, truth } of units(8)) {
      const judged = await pipeline.push(unit);
      for (const reading of judged?.perception.readings ?? []) readings.set(reading.readingId, reading);
      if (judged) for (const each of truth.texts) if (isWellInside(each)) shown.set(each.textId, each);
    }
    pipeline.close();
    const read = [...readings.values()];
    assert.ok(shown.size >= 15, `${shown.size} texts were shown`);
    const isRead = (each: VisibleText) =>
      read.some(({ text: found, isPlate }) =>
        each.isPlate ? isPlate && lettersAndDigits(found) === lettersAndDigits(each.text) : !isPlate && found === each.text,
      );
    const wrong = [...shown.values()].filter((each) => !isRead(each));
    assert.ok(wrong.length <= 0.05 * shown.size, `not read: ${wrong.map((each) => each.text).join(', ')}`);
    const invented = read.filter(
      (reading) => !scannerPage.texts.some((each) => lettersAndDigits(each.text) === lettersAndDigits(reading.text)),
    );
    assert.deepEqual(
      invented.map((reading) => reading.text),
      [],
    );
    assert.equal(new Set(read.map((reading) => lettersAndDigits(reading.text))).size, read.length, 'a text became more than one reading');
  });

  test('goes on from its state in another process as if nothing had happened', async () => {
    const [whole, first] = [openPipeline(), openPipeline()];
    const second = openPipeline();
    const expected: (readonly Reading[])[] = [];
    const resumed: (readonly Reading[])[] = [];
    for await (const { unit } of units(4)) {
      expected.push(...readingsIn(await whole.push(unit)));
      if (unit.sequence < 60) resumed.push(...readingsIn(await first.push(unit)));
      if (unit.sequence === 60) second.restore(JSON.parse(JSON.stringify(first.snapshot())));
      if (unit.sequence >= 60) resumed.push(...readingsIn(await second.push(unit)));
    }
    for (const pipeline of [whole, first, second]) pipeline.close();
    assert.equal(expected.length, 4);
    assert.deepEqual(resumed, expected);
  });

  test('reads what is upright, askew, upside down and from top to bottom, in one picture', async () => {
    const texts: PageText[] = [0, 25, 180, 90].map((angleDegrees, index) => ({
      text: ['Bridgewater', 'MARKET 21', 'Weigh station', 'Terminal 5'][index]!,
      style: 'print',
      heightPx: 30,
      angleDegrees,
    }));
    const page = openPage({ ...scannerPage, durationSeconds: 10, texts });
    const i420 = Buffer.alloc((page.width * page.height * 3) / 2);
    const truth = page.draw(0, i420);
    const reader = new TextReader(text, page.width, page.height);
    reader.take(pictureOf(i420, page.width, page.height));
    const { lines } = await reader.read();
    reader.close();
    for (const { text: written, cornersPx } of truth.texts) {
      const line = lines.find((each) => each.text === written);
      assert.ok(line, `${written} is not among ${lines.map((each) => each.text).join(', ')}`);
      // Its first corner is where the text begins, also upside down.
      assert.ok(Math.hypot(line.cornersPx[0] - cornersPx[0]!, line.cornersPx[1] - cornersPx[1]!) < 20, `${written} begins elsewhere`);
    }
  });

  test('finds nothing in a black picture of 16 by 16', async () => {
    const reader = new TextReader(text, 16, 16);
    reader.take(pictureOf(Buffer.alloc(384, 16), 16, 16));
    assert.deepEqual((await reader.read()).lines, []);
    reader.close();
  });

  function openPipeline(): Pipeline {
    const stream = streamSchema.parse({ id: 'gate', url: 'sim:scanner-page', kind: 'scanner' });
    return new Pipeline({ stream, senses: new ScannerSenses({ stream, text }) });
  }
});

async function* units(seconds: number): AsyncGenerator<{ unit: AccessUnit; truth: PageTruth }> {
  let sequence = 0;
  for await (const { frame, truth } of encodeScene(openPage(scannerPage), { frames: seconds * 30 })) {
    const unit = { ...frame, streamId: 'gate', vehicleId: null, kind: 'scanner' as const, epoch: 1, sequence: sequence++ };
    yield { unit: { ...unit, publishedAtUs: frame.capturedAtUs }, truth };
  }
}

function readingsIn(judged: Awaited<ReturnType<Pipeline['push']>>): (readonly Reading[])[] {
  return judged ? [judged.perception.readings] : [];
}

/** Away from the borders by its own height: nearer ones may still be cut. */
function isWellInside({ cornersPx, heightPx }: VisibleText): boolean {
  return cornersPx.every((value, index) => value > 2 * heightPx && value < (index % 2 === 0 ? 1280 : 720) - 2 * heightPx);
}

/** What matters of a plate. */
function lettersAndDigits(text: string): string {
  return text.replace(/[^A-Za-z0-9]/g, '');
}

function pictureOf(i420: Buffer, width: number, height: number) {
  const luma = width * height;
  return {
    width,
    height,
    pixelFormat: AV_PIX_FMT_YUV420P,
    chromaShiftX: 1,
    chromaShiftY: 1,
    planes: [i420.subarray(0, luma), i420.subarray(luma, luma * 1.25), i420.subarray(luma * 1.25)],
    strides: [width, width / 2, width / 2],
    unit: undefined as never,
  };
}
