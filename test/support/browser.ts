import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { needs } from './needs.ts';

/** Debian's own build: unlike Playwright's it decodes H.264. */
const executablePath = process.env.ROADSTREAM_CHROMIUM ?? '/usr/bin/chromium';

/** Starts a headless Chromium that plays without a click. @param args Further switches. */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
      '--autoplay-policy=no-user-gesture-required',
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      ...args,
    ],
  });
}

/**
 * Starts such a Chromium for a test, and closes it when the test ends.
 * @returns undefined after skipping the test because Chromium is missing.
 */
export async function needsBrowser(t: TestContext, args: readonly string[] = []): Promise<Browser | undefined> {
  if (!needs(t, existsSync(executablePath), `Chromium (${executablePath})`, 'apt-get install -y chromium')) return undefined;
  const browser = await launchBrowser(args);
  t.after(() => browser.close());
  return browser;
}
