import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { start } from '../commands/all-roles.ts';
import { createLogger } from '../platform/logging.ts';
import { parseConfiguration } from '../schemas/configuration.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { type Benchmark, type Figure, quantile } from './figure.ts';

const warmUpMs = 8_000;
const measureMs = 40_000;

/** In the page: reads the time bar of every shown frame. The bar holds wall-clock milliseconds at capture, bit b in cell b of 32. */
function watchTimeBar(): void {
  const video = document.querySelector('video')!;
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 16;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const samples: number[] = [];
  (window as unknown as { glassMs: number[] }).glassMs = samples;
  const onFrame = () => {
    const now = Date.now();
    context.drawImage(video, 0, 0, video.videoWidth, (video.videoHeight * 64) / 720, 0, 0, 320, 16);
    const { data } = context.getImageData(0, 0, 320, 16);
    let captured = 0;
    for (let bit = 0; bit < 32; bit++) if (data[(8 * 320 + bit * 10 + 5) * 4]! > 128) captured |= 1 << bit;
    samples.push(((now >>> 0) - (captured >>> 0)) | 0);
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
}

async function measure(page: Page, mode: 'lowestLatency' | 'exact'): Promise<{ samples: number[]; analysed: number; own: number }> {
  await page.evaluate((wanted) => window.roadstream.setMode(wanted), mode);
  await sleep(warmUpMs);
  const before = (await page.evaluate(() => window.roadstream.stats()))!;
  await page.evaluate(() => (window as unknown as { glassMs: number[] }).glassMs.splice(0));
  await sleep(measureMs);
  const after = (await page.evaluate(() => window.roadstream.stats()))!;
  const samples = await page.evaluate(() => (window as unknown as { glassMs: number[] }).glassMs);
  return {
    samples,
    analysed: after.framesAnalysedPresented - before.framesAnalysedPresented,
    own: after.framesWithOwnOverlay - before.framesWithOwnOverlay,
  };
}

export const benchmark: Benchmark = {
  name: 'glass',
  description: 'simulated camera → ingest → bus → gateway → WebRTC → Chromium, by a drawn time bar read back from the page',
  async run(tell) {
    const dataDirectory = mkdtempSync(path.join(os.tmpdir(), 'roadstream-bench-'));
    const streams = [{ id: 'demo', url: 'sim:car-to-car-braking?stamp=time' }];
    const running = await start(
      parseConfiguration({ dataDirectory, gateway: { port: 0 }, streams }, 'bench'),
      createLogger({ level: 'warn' }),
      tell,
    );
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      await page.goto(running.url);
      await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0, undefined, { timeout: 60_000 });
      await page.evaluate(watchTimeBar);
      const latency = await measure(page, 'lowestLatency');
      tell('lowest latency measured');
      const exact = await measure(page, 'exact');
      const at = (values: number[], fraction: number) => quantile(values, fraction);
      const figures: Figure[] = [
        {
          name: 'glass to glass, lowest latency, p50',
          value: at(latency.samples, 0.5),
          unit: 'ms',
          atMost: 120,
          note: `${latency.samples.length} frames`,
        },
        { name: 'glass to glass, lowest latency, p95', value: at(latency.samples, 0.95), unit: 'ms', atMost: 220 },
        { name: 'glass to glass, exact, p50', value: at(exact.samples, 0.5), unit: 'ms' },
        { name: 'glass to glass, exact, p95', value: at(exact.samples, 0.95), unit: 'ms' },
        {
          name: 'exact: analysed frames shown with their own overlay',
          value: (100 * exact.own) / exact.analysed,
          unit: '%',
          atLeast: 99,
          note: `${exact.own} of ${exact.analysed}`,
        },
      ];
      return figures;
    } finally {
      await browser.close();
      await running.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    }
  },
};
