import assert from 'node:assert/strict';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { before, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { startTelemetry } from '../../platform/telemetry.ts';
import { needsBrowser } from '../support/browser.ts';
import { type ClipPicture, encodeClip, numberBits } from '../support/clip.ts';
import { eventually } from '../support/eventually.ts';
import { Camera } from './camera.ts';
import { runGateway } from './running-gateway.ts';

interface Shown {
  readonly rtpTimestamp: number;
  /** What the picture itself says. */
  readonly number: number;
}

interface Player {
  readonly shown: Shown[];
  readonly peer: RTCPeerConnection;
  readonly session: string;
}

let clip: ClipPicture[];

before(async () => {
  clip = await encodeClip({ frames: 120, keyframeEvery: 60 });
});

/** Runs in the page: plays a stream and reads each picture that is shown. */
async function playInPage({ whep, bits, proxy }: { whep: string; bits: number; proxy: number | undefined }): Promise<void> {
  const peer = new RTCPeerConnection();
  const video = Object.assign(document.createElement('video'), { muted: true, autoplay: true });
  const canvas = Object.assign(document.createElement('canvas'), { width: bits, height: 1 });
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const player = { shown: [] as Shown[], peer, session: '' };
  document.body.replaceChildren(video);
  peer.addTransceiver('video', { direction: 'recvonly' });
  peer.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
  };
  const onFrame = (_: number, { rtpTimestamp }: VideoFrameCallbackMetadata) => {
    context.drawImage(video, 0, video.videoHeight / 32, video.videoWidth, 8, 0, 0, bits, 1);
    const { data } = context.getImageData(0, 0, bits, 1);
    let number = 0;
    for (let bit = 0; bit < bits; bit++) if (data[bit * 4]! > 127) number |= 1 << bit;
    player.shown.push({ rtpTimestamp: rtpTimestamp!, number });
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  await peer.setLocalDescription();
  const post = () => fetch(whep, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: peer.localDescription!.sdp });
  let response = await post();
  while (response.status === 404 || response.status === 503) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    response = await post();
  }
  player.session = response.headers.get('location') ?? '';
  const answer = await response.text();
  const sdp = proxy === undefined ? answer : answer.replace(/(a=candidate:.* 127\.0\.0\.1 )\d+/g, `$1${proxy}`);
  await peer.setRemoteDescription({ type: 'answer', sdp });
  Object.assign(window, { player });
}

const count = (page: Page) => page.evaluate(() => (window as unknown as { player: Player }).player.shown.length);

async function setUp(t: TestContext) {
  const browser = await needsBrowser(t);
  if (!browser) return undefined;
  const telemetry = startTelemetry();
  t.after(() => telemetry.close());
  const gateway = await runGateway(t, { scrapeMetrics: () => telemetry.scrape() });
  const camera = await new Camera(gateway.bus, { clip }).start();
  t.after(() => camera.pause());
  const page = await browser.newPage();
  await page.goto(`${gateway.url}/livez`);
  const play = async (proxy?: number) => {
    await page.evaluate(playInPage, { whep: `${gateway.url}/api/v3/streams/front/whep`, bits: numberBits, proxy });
  };
  const shown = () => page.evaluate(() => (window as unknown as { player: Player }).player.shown);
  const showMore = async (frames: number) => {
    const before = await count(page);
    await eventually(`${frames} more pictures are shown`, async () => (await count(page)) >= before + frames);
  };
  const viewers = async () => Number(/roadstream_gateway_viewers\{[^}]*"webrtc"[^}]*\} (\d+)/.exec(await telemetry.scrape())?.[1]);
  return { gateway, camera, page, play, shown, showMore, viewers };
}

/**
 * Pictures are the ones that their timestamps name; those before the live edge have timestamps of their own. A callback that comes late
 * reads the next picture already (HTMLVideoElement.requestVideoFrameCallback is best effort): on a busy machine one in some hundred.
 */
function assertOwnTimestamps(shown: readonly Shown[], { published }: Camera, atLeast: number): void {
  const live = shown.slice(shown.findIndex(({ rtpTimestamp }) => published.has(rtpTimestamp)));
  assert.ok(live.length >= atLeast, `${live.length} pictures`);
  const behind = live.map(({ rtpTimestamp, number }) => (number - published.get(rtpTimestamp)! + clip.length) % clip.length);
  const late = behind.filter((pictures) => pictures !== 0);
  assert.ok(late.length <= live.length / 20 && late.every((pictures) => pictures === 1), `off by ${late} in ${live.length} pictures`);
}

test('Chromium shows the camera`s pictures, each under the very RTP timestamp it was published with', async (t) => {
  const the = await setUp(t);
  if (!the) return;
  await the.play();
  await the.showMore(90);
  assertOwnTimestamps(await the.shown(), the.camera, 60);
});

test('Chromium holds pictures back for as long as the page asks for', async (t) => {
  const the = await setUp(t);
  if (!the) return;
  await the.play();
  await the.showMore(10);
  /** How many pictures the camera is ahead of the screen. */
  const behind = async () => {
    await the.showMore(30);
    const published = [...the.camera.published.keys()];
    return published.length - 1 - published.indexOf((await the.shown()).at(-1)!.rtpTimestamp);
  };
  const least = await behind();
  await the.page.evaluate(() => {
    for (const receiver of (window as unknown as { player: Player }).player.peer.getReceivers()) receiver.jitterBufferTarget = 400;
  });
  let now = least;
  // 400 ms are 12 pictures; how soon Chromium gets there is its own affair.
  for (let attempt = 0; attempt < 10 && now < least + 8; attempt++) now = await behind();
  assert.ok(now >= least + 8, `${least} pictures behind without, ${now} with 400 ms`);
});

test('with every twentieth packet lost Chromium still shows whole pictures, since lost ones are sent again', async (t) => {
  const the = await setUp(t);
  if (!the) return;
  const proxy = await lossyProxy(t, 20);
  await the.page.exposeFunction('targetPort', proxy.target);
  await the.page.evaluate(() => {
    const original = window.fetch;
    window.fetch = async (...parameters) => {
      const response = await original(...parameters);
      const port = /a=candidate:.* 127\.0\.0\.1 (\d+)/.exec(await response.clone().text())?.[1];
      if (port) await (window as unknown as { targetPort(port: number): Promise<void> }).targetPort(Number(port));
      return response;
    };
  });
  await the.play(proxy.port);
  await the.showMore(120);
  assertOwnTimestamps(await the.shown(), the.camera, 90);
  assert.ok(proxy.lost() > 0, 'packets were lost');
});

test('when the camera comes back with other timestamps, Chromium goes on with it', async (t) => {
  const the = await setUp(t);
  if (!the) return;
  await the.play();
  await the.showMore(10);
  the.camera.pause();
  const again = await new Camera(the.gateway.bus, { clip, status: { updatedAtUs: 9 } }).start();
  t.after(() => again.pause());
  const before = (await the.shown()).length;
  await the.showMore(60);
  assertOwnTimestamps((await the.shown()).slice(before + 10), again, 30);
});

test('a viewer is let go when its session is deleted, and when its page is closed', async (t) => {
  const the = await setUp(t);
  if (!the) return;
  await the.play();
  await the.showMore(5);
  assert.equal(await the.viewers(), 1);
  const session = await the.page.evaluate(() => (window as unknown as { player: Player }).player.session);
  assert.equal((await fetch(the.gateway.url + session, { method: 'DELETE' })).status, 200);
  assert.equal(await the.viewers(), 0);
  await the.play();
  await the.showMore(5);
  await the.page.close();
  await eventually('it is let go', async () => (await the.viewers()) === 0);
});

/** Stands between browser and gateway and loses every n-th packet of those that carry video to the browser. */
async function lossyProxy(t: TestContext, every: number) {
  const [browserSide, gatewaySide] = [createSocket('udp4'), createSocket('udp4')];
  for (const socket of [browserSide, gatewaySide]) {
    t.after(() => socket.close());
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
  }
  let browser: RemoteInfo | undefined;
  let gatewayPort = 0;
  let [video, lost] = [0, 0];
  browserSide.on('message', (bytes, from) => {
    browser = from;
    if (gatewayPort > 0) gatewaySide.send(bytes, gatewayPort, '127.0.0.1');
  });
  gatewaySide.on('message', (bytes) => {
    const isVideo = bytes[0]! >> 6 === 2 && (bytes[1]! < 192 || bytes[1]! > 223);
    if (isVideo && ++video % every === 0) lost++;
    else if (browser) browserSide.send(bytes, browser.port, browser.address);
  });
  return {
    port: browserSide.address().port,
    target: (port: number) => {
      gatewayPort = port;
    },
    lost: () => lost,
  };
}
