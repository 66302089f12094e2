import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage } from '../../../ingest/simulator/page/page.ts';
import type { PageScenario } from '../../../ingest/simulator/page/page-scenario.ts';
import { randomTexts } from '../../../ingest/simulator/page/random-texts.ts';
import { pageScenarios } from '../../../ingest/simulator/scenarios/index.ts';
import { isPlate } from '../../../processors/core/scanner/plate.ts';

const scenario: PageScenario = {
  kind: 'page',
  name: 'page',
  description: 'A test.',
  durationSeconds: 10,
  seed: 5,
  light: 1,
  texts: randomTexts(5, 24, [20, 40]),
};
const bytes = (1280 * 720 * 3) / 2;

test('draws the same page every time, and another one for another seed', () => {
  const drawn = [scenario, scenario, { ...scenario, seed: 6 }].map((each) => {
    const i420 = new Uint8Array(bytes);
    openPage(each).draw(17, i420);
    return Buffer.from(i420);
  });
  assert.ok(drawn[0]!.equals(drawn[1]!));
  assert.ok(!drawn[0]!.equals(drawn[2]!));
});

test('begins again where it ends', () => {
  const page = openPage(scenario);
  const [first, again] = [new Uint8Array(bytes), new Uint8Array(bytes)];
  assert.deepEqual(page.draw(3, first), page.draw(3 + page.framesPerLoop, again));
  assert.deepEqual(Buffer.compare(first, again), 0);
});

test('shows every text whole, at its height, and not over another one', () => {
  for (const each of [scenario, ...pageScenarios]) {
    const page = openPage(each);
    const i420 = new Uint8Array(bytes);
    const whole = new Set<string>();
    for (let frame = 0; frame < page.framesPerLoop; frame += 15) {
      for (const { text, cornersPx, heightPx, isWhole } of page.draw(frame, i420).texts) {
        if (isWhole) whole.add(text);
        const [ax, ay, , , , , dx, dy] = cornersPx;
        assert.ok(Math.abs(Math.hypot(dx! - ax!, dy! - ay!) - heightPx) < 1e-6);
      }
    }
    assert.deepEqual(
      each.texts.filter(({ text }) => !whole.has(text)),
      [],
    );
  }
});

test('has ink where the truth says that there is text', () => {
  const page = openPage(scenario);
  const i420 = new Uint8Array(bytes);
  for (const { text, cornersPx, isWhole } of page.draw(0, i420).texts.filter((each) => each.isWhole)) {
    assert.ok(isWhole);
    const lumas = sampled(i420, cornersPx);
    assert.ok(Math.max(...lumas) - Math.min(...lumas) > 80, `${text} does not stand out`);
  }
});

test('draws plates that have the form of plates', () => {
  for (const { text, style } of randomTexts(11, 80, [20, 20])) assert.equal(isPlate(text), style === 'plate', text);
});

/** Lumas on a grid over a text. */
function sampled(i420: Uint8Array, [ax, ay, bx, by, , , dx, dy]: readonly number[]): number[] {
  return Array.from({ length: 400 }, (_, index) => {
    const [along, down] = [(index % 40) / 39, Math.floor(index / 40) / 9];
    const x = Math.round(ax! + along * (bx! - ax!) + down * (dx! - ax!));
    const y = Math.round(ay! + along * (by! - ay!) + down * (dy! - ay!));
    return i420[y * 1280 + x]!;
  });
}
