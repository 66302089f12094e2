import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import type { Bus } from '../../../platform/bus/bus.ts';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { nowUs } from '../../../platform/clock.ts';
import { alertCodec, analysisStatusCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import type { Alert, Driver, Perception } from '../../../schemas/messages.ts';
import { topics } from '../../../schemas/topics.ts';
import { needsBrowser } from '../../support/browser.ts';
import { type ClipPicture, encodeClip, numberBits } from '../../support/clip.ts';
import { Camera } from '../camera.ts';
import { analysisStatus } from '../messages.ts';
import { type RunningGateway, runGateway } from '../running-gateway.ts';
import { alert, perception } from './messages.ts';
import { boxLeft, period, startPerceiver } from './perceiver.ts';

let webDirectory: string;
let clip: readonly ClipPicture[];

before(async () => {
  webDirectory = await mkdtemp(path.join(os.tmpdir(), 'roadstream-page-'));
  const root = path.join(import.meta.dirname, '../../../gateway/web');
  await build({ root, configFile: path.join(root, 'vite.config.ts'), logLevel: 'error', build: { outDir: webDirectory } });
  clip = await encodeClip({ frames: period, keyframeEvery: 15 });
});

after(() => rm(webDirectory, { recursive: true, force: true }));

interface Opened {
  readonly page: Page;
  readonly bus: Bus;
  readonly gateway: RunningGateway;
  readonly camera: Camera;
  /** What the browser complained of. */
  readonly faults: readonly string[];
}

/** The page in a browser, playing a camera whose perceptions come 80 ms later. The store never comes: the page must do without. */
async function open(t: TestContext): Promise<Opened | undefined> {
  const browser = await needsBrowser(t);
  if (!browser) return undefined;
  const bus = createEmbeddedBus();
  // What publishes ends first, as it was begun first; then the gateway closes the bus.
  const camera = new Camera(bus, { clip });
  t.after(() => camera.pause());
  await startPerceiver(t, bus, 80);
  const gateway = await runGateway(t, { bus, webDirectory });
  await camera.start();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) faults.push(message.text());
  });
  await page.goto(gateway.url);
  await page.waitForSelector('.stage[data-phase=playing]');
  return { page, bus, gateway, camera, faults };
}

test('exact mode shows every analysed picture with the boxes that were seen in it', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, camera, faults } = opened;
  await page.evaluate(() => window.roadstream.setMode('exact'));
  await page.waitForFunction(() => window.roadstream.stats()!.jitterBufferTargetMs > 0 && window.roadstream.stats()!.lastOverlay?.exact);
  await sleep(2000);
  const start = await page.evaluate(() => window.roadstream.stats()!);
  // The canvas holds picture and boxes of one frame: read the number that the picture shows beside what was drawn over it.
  const seen = await page.evaluate(async (bits) => {
    const canvas = document.querySelector('canvas')!;
    const strip = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
    const all: { shown: number; overlay: NonNullable<ReturnType<typeof window.roadstream.stats>>['lastOverlay'] }[] = [];
    for (let round = 0; round < 60; round++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const { width, height } = canvas;
      const picture = { width: Math.min(width, (height * 16) / 9), height: Math.min(height, (width * 9) / 16) };
      const left = (width - picture.width) / 2;
      const top = (height - picture.height) / 2;
      strip.drawImage(canvas, left, top + picture.height / 32, picture.width, picture.height / 16, 0, 0, 320, 4);
      const { overlay, pixels } = { overlay: window.roadstream.stats()!.lastOverlay, pixels: strip.getImageData(0, 0, 320, 4).data };
      let shown = 0;
      for (let bit = 0; bit < bits; bit++) if (pixels[(2 * 320 + bit * 20 + 10) * 4]! > 128) shown |= 1 << bit;
      all.push({ shown, overlay });
    }
    return all;
  }, numberBits);
  const end = await page.evaluate(() => window.roadstream.stats()!);

  for (const { shown, overlay } of seen) {
    assert.ok(overlay, `picture ${shown} has no boxes`);
    assert.equal(camera.published.get(overlay.drawnForRtpTimestamp), shown);
    assert.equal(overlay.exact, shown % 2 === 0);
    // Between two analysed pictures the box lies in the middle; at the clip's end it jumps back.
    if (shown < period - 2) assert.equal(overlay.boxes[0]?.boxPx[0], boxLeft(shown));
  }
  assert.equal(end.framesWithOwnOverlay - start.framesWithOwnOverlay, end.framesAnalysedPresented - start.framesAnalysedPresented);
  assert.deepEqual(faults, []);
});

test('lowest latency keeps nothing back, and draws each box where it is by then', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, camera } = opened;
  await page.evaluate(() => window.roadstream.setMode('lowestLatency'));
  await page.waitForFunction(() => window.roadstream.stats()!.lastOverlay?.origin === 'predicted');
  const overlays = await page.evaluate(async () => {
    const all: ReturnType<typeof window.roadstream.stats>[] = [];
    for (let round = 0; round < 40; round++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      all.push(window.roadstream.stats());
    }
    return all;
  });
  for (const stats of overlays) {
    assert.equal(stats?.jitterBufferTargetMs, 0);
    const number = stats.lastOverlay && camera.published.get(stats.lastOverlay.drawnForRtpTimestamp);
    // The box jumps back at the clip's end, which no velocity foretells.
    if (number && number > 20) assert.ok(Math.abs(stats.lastOverlay!.boxes[0]!.boxPx[0] - boxLeft(number)) < 0.01);
  }
});

test('an alert appears as a row and, while it is critical, over the picture', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, bus } = opened;
  const raised = alert(crypto.randomUUID(), {
    ...{ severity: 'critical', raisedAtUs: nowUs(), updatedAtUs: nowUs(), publishedAtUs: nowUs() },
    ...{ message: 'Car 1 ahead: collision in 1.4 s.', evidence: { ttcSeconds: 1.4 } },
  });
  await bus.publish(topics.alerts, 'front', alertCodec.encode(raised));
  const row = page.locator(`.alert[data-alert-id="${raised.alertId}"]`);
  await row.and(page.locator('[data-severity=critical][data-active=true]')).waitFor();
  assert.match((await row.textContent())!, /Forward collision.*Car 1 ahead: collision in 1\.4 s\..*TTC 1\.4 s/);
  await page.locator('.banner[data-severity=critical]').waitFor();
  assert.equal(await page.title(), '(1) roadstream');

  await bus.publish(topics.alerts, 'front', alertCodec.encode({ ...raised, state: 'cleared', clearedAtUs: nowUs() + 1 }));
  await page.locator('.banner').waitFor({ state: 'detached' });
  await row.and(page.locator('[data-active=false]')).waitFor();
});

test('alerts of two cameras of one moment are one entry, with both in it, and count as one', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, bus } = opened;
  const now = nowUs();
  const raised = (agoUs: number, changes: Partial<Alert>) =>
    alert(crypto.randomUUID(), { raisedAtUs: now - agoUs, updatedAtUs: now, publishedAtUs: now, ...changes });
  const collision = raised(1_300_000, { severity: 'critical', evidence: { ttcSeconds: 1.9, distanceMeters: 22, closingSpeedMps: 11.5 } });
  const glance = raised(0, {
    ...{ type: 'long-glance', streamId: 'cabin', message: 'Looked away from the road for 3.5 s.' },
    ...{ evidence: { lookingAwaySeconds: 3.5, speedMps: 22 } },
  });
  const before = raised(120_000_000, {
    type: 'drowsiness',
    state: 'cleared',
    clearedAtUs: now - 90_000_000,
    evidence: { perclos: 0.137, yawns: 2 },
  });
  for (const one of [glance, collision, before]) await bus.publish(topics.alerts, 'car-1', alertCodec.encode(one));
  const incident = page.locator(`.incident[data-incident-id="${collision.alertId}"][data-severity=critical]`);
  await incident.locator('.alert').nth(1).waitFor();
  const types = await incident.locator('.alert').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.type));
  assert.deepEqual(types, ['forward-collision', 'long-glance']);
  assert.match((await incident.textContent())!, /Incident of 2 alerts.*eyes away 3\.5 s/);
  await page.locator(`.alerts > ol > .alert[data-alert-id="${before.alertId}"]`).waitFor();
  assert.equal(await page.title(), '(1) roadstream');
});

test('the risk of a vehicle stands with the reasons, of all of its cameras, and goes when they fall silent', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, bus, camera } = opened;
  const vehicle = page.locator('.vehicle[data-vehicle=car-1]');
  await vehicle.filter({ hasText: 'nothing unusual' }).waitFor();
  let sequence = 0;
  const cabin = setInterval(() => {
    const seen: Perception = { ...perception(0, []), streamId: 'cabin', kind: 'cabin', sequence: sequence++, driver: lookingAway };
    void bus.publish(topics.perceptions, 'cabin', perceptionCodec.encode(seen));
  }, 200);
  t.after(() => clearInterval(cabin));
  await vehicle.filter({ hasText: /67\s*risk.*eyes off the road/ }).waitFor();
  assert.equal(await vehicle.getAttribute('data-tone'), 'caution');
  clearInterval(cabin);
  await camera.pause();
  await vehicle.waitFor({ state: 'detached' });
});

const lookingAway: Driver = {
  ...{ presence: 'present', faceBoxPx: null, contoursPx: [], leftEyeOpenness: 0.3, rightEyeOpenness: 0.3, isEyesClosed: false },
  ...{ eyesClosedSeconds: 0, blinksPerMinute: 14, perclos: 0.02, mouthOpenness: 0, isYawning: false, yawDegrees: 42, pitchDegrees: 0 },
  ...{ rollDegrees: 0, gazeYawDegrees: 42, isLookingAway: true, lookingAwaySeconds: 3.5, baseline: 'learnt' },
};

test('a camera whose pictures cannot be analysed does not look well, and why is said', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, bus } = opened;
  const say = (changes: Parameters<typeof analysisStatus>[0]) =>
    bus.publish(topics.analysis, 'front', analysisStatusCodec.encode(analysisStatus(changes)));
  const lastGap = { fromUs: nowUs() - 60e6, toUs: nowUs() - 57e6, reason: 'The processor was 3.0 s late.' };
  await say({ gaps: 2, lastGap });
  await page.locator('[data-figure=analysed]').getByText('of 15/s').waitFor();
  assert.match((await page.locator('[data-figure=gaps]').textContent())!, /2 last 3\.0 s, \d\d:\d\d:\d\d/);
  await page.locator('.camera .lamp[data-lit=live]').waitFor();

  await say({ state: 'failing', errorCode: 'DECODE_FAILED', errorMessage: 'Access unit 7 cannot be decoded.' });
  await page.locator('.camera .lamp[data-lit=fault]').waitFor();
  assert.equal(
    await page.locator('[data-trouble=analysis-failing]').textContent(),
    'Pictures cannot be analysed: Access unit 7 cannot be decoded.',
  );
  await say({});
  await page.locator('.trouble').waitFor({ state: 'detached' });
});

test('a picture that stands still is said to, and goes on by itself', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, camera } = opened;
  camera.pause();
  await page.locator('[data-notice=picture-stalled]').waitFor();
  await camera.start();
  await page.locator('.stage[data-phase=playing]').waitFor();
  await page.locator('.notice').waitFor({ state: 'detached' });
});

test('the page comes back after the gateway was away', async (t) => {
  const opened = await open(t);
  if (!opened) return;
  const { page, bus, gateway } = opened;
  await gateway.close();
  await page.locator('.link[data-connection=lost]').waitFor();
  await page.locator('[data-notice=gateway]').waitFor();
  await page.locator('.camera .lamp[data-lit=off]').waitFor();
  await runGateway(t, { bus, webDirectory, port: Number(new URL(gateway.url).port) });
  await page.locator('.link[data-connection=open]').waitFor();
  await page.waitForFunction(() => window.roadstream.stats()?.phase === 'playing' && window.roadstream.stats()?.lastOverlay);
});
