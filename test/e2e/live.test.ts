import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../../commands/all-roles.ts';
import { framesPerSecond } from '../../ingest/simulator/scenario.ts';
import { roadScenarioNamed } from '../../ingest/simulator/scenarios/index.ts';
import { truthAt } from '../../ingest/simulator/truth.ts';
import { createLogger } from '../../platform/logging.ts';
import { parseConfiguration } from '../../schemas/configuration.ts';
import { needsBrowser } from '../support/browser.ts';

/** What a drawn box may be off, pixels of the 1280x720 picture: two thirds of a tail lamp at 10 m. */
const toleratedPx = 12;
const scenario = roadScenarioNamed('car-to-car-braking');

test('a simulated hard braking shows as an alert on the page, and boxes lie on the cars of the frame they are drawn on', async (t) => {
  const browser = await needsBrowser(t);
  if (!browser) return;
  const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
  t.after(() => rmSync(dataDirectory, { recursive: true, force: true }));
  // Five analysed frames a second leave a small machine enough for a browser that decodes and paints in software.
  const streams = [{ id: 'demo', vehicle: 'demo-car', url: `sim:${scenario.name}`, analysedFramesPerSecond: 5 }];
  const running = await start(
    parseConfiguration({ dataDirectory, gateway: { port: 0 }, streams }, 'test'),
    createLogger({ level: 'error' }),
  );
  t.after(() => running.close());

  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(running.url);
  await page.waitForFunction(() => window.roadstream?.stats()?.phase === 'playing', undefined, { timeout: 30_000 });
  await page.evaluate(() => window.roadstream.setMode('exact'));

  const errors: number[] = [];
  const seen = new Set<number>();
  const until = performance.now() + 90_000;
  let hasAlert = false;
  while ((errors.length < 30 || !hasAlert) && performance.now() < until) {
    const overlay = await page.evaluate(() => window.roadstream.stats()?.lastOverlay ?? null);
    hasAlert ||= (await page.locator('.alert[data-type="forward-collision"][data-severity="critical"]').count()) > 0;
    const lead = overlay?.boxes.find(({ isLead }) => isLead);
    if (!overlay?.exact || !lead || seen.has(overlay.drawnForRtpTimestamp)) continue;
    seen.add(overlay.drawnForRtpTimestamp);
    assert.equal(overlay.rtpTimestamp, overlay.drawnForRtpTimestamp);
    const truth = truthAt(scenario, Math.round((overlay.drawnForRtpTimestamp * framesPerSecond) / 90_000));
    const actual = truth.actors.find(({ inPath }) => inPath);
    if (!actual || actual.occludedFraction > 0) continue;
    errors.push(Math.max(...lead.boxPx.map((edge, index) => Math.abs(edge - actual.boxPx[index]!))));
  }
  assert.ok(hasAlert, 'no critical forward-collision alert came to the page');
  assert.ok(errors.length >= 30, `only ${errors.length} frames were shown with their own boxes`);
  const median = errors.toSorted((a, b) => a - b)[errors.length >> 1]!;
  assert.ok(
    median <= toleratedPx,
    `the lead’s box is ${median.toFixed(1)} px off in the middle case; all: ${errors.map((error) => error.toFixed(0)).join(' ')}`,
  );

  while (!(await fetch(`${running.url}/readyz`)).ok) await sleep(200);
  const { alerts } = (await (await fetch(`${running.url}/api/v3/alerts?type=forward-collision`)).json()) as { alerts: { state: string }[] };
  assert.ok(alerts.length >= 1, 'the alert was not kept');
});
