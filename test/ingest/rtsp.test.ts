import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { before, suite, test } from 'node:test';
import { createSelfSignedCertificate } from 'werift';
import { nalUnits, parameterSetsOf } from '../../ingest/sources/annex-b.ts';
import { openRtspSource } from '../../ingest/sources/rtsp.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { loadMedia, type Media } from '../support/media.ts';
import { needsShared } from '../support/needs.ts';
import { type RtspServer, type RtspServerOptions, type SentUnit, startRtspServer } from '../support/rtsp-server.ts';
import { videoFolder, writeVideoFile } from '../support/video-file.ts';
import { failureOf, take } from './support.ts';

const media = {} as Record<Media['codec'], Media>;

before(async () => {
  for (const codec of ['h264', 'h265', 'mjpeg'] as const) {
    const file = path.join(videoFolder, `${codec}.mkv`);
    // Long enough that no picture comes twice within a test.
    await writeVideoFile(file, { codec, frames: 75 });
    media[codec] = await loadMedia(file);
  }
});

async function startCamera(options: Partial<RtspServerOptions> = {}) {
  const server = await startRtspServer({ media: media.h264, ...options });
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}

/** Accepts connections and never answers. */
async function startSilentServer(answer = '') {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    if (answer) socket.end(answer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `rtsp://127.0.0.1:${(server.address() as net.AddressInfo).port}/live`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** What crosses the network: start codes may be of three or four bytes. */
function nalBytes(codec: Media['codec'], unit: Buffer): string {
  return codec === 'mjpeg' ? unit.toString('latin1') : [...nalUnits(codec, unit)].map(({ bytes }) => bytes.toString('latin1')).join('|');
}

function sentUnit(camera: RtspServer, codec: Media['codec'], payload: Buffer): SentUnit {
  // JPEG travels without its headers and gets usual ones; its scan is the same.
  const bytes = nalBytes(codec, codec === 'mjpeg' ? payload.subarray(-200) : payload);
  const sent = camera.sent.find((unit) =>
    codec === 'mjpeg' ? nalBytes(codec, unit.payload).includes(bytes) : nalBytes(codec, unit.payload) === bytes,
  );
  assert.ok(sent, 'every picture is one that was sent');
  return sent;
}

async function assertFails(url: string, code: string, told: RegExp): Promise<void> {
  const failure = await failureOf(openRtspSource({ url, transport: 'tcp' }));
  assert.ok(failure instanceof RoadstreamError, String(failure));
  assert.equal(failure.code, code);
  assert.equal(failure.retryable, true);
  assert.match(failure.message, told);
}

const variants = (['h264', 'h265', 'mjpeg'] as const).flatMap((codec) =>
  (['tcp', 'udp'] as const).flatMap((transport) =>
    ([undefined, 'basic', 'digest'] as const).map((scheme) => ({ codec, transport, scheme })),
  ),
);

suite('reads every kind of camera, untouched', () => {
  for (const { codec, transport, scheme } of variants) {
    test(`${codec} over ${transport}, ${scheme ?? 'no'} authentication`, async () => {
      const auth = scheme && { scheme, user: 'fleet user', password: 'p@ss:w/rd?#%' };
      await using camera = await startCamera({ media: media[codec], auth });
      const source = openRtspSource({ url: camera.url(auth && 'fleet%20user:p%40ss%3Aw%2Frd%3F%23%25'), transport });
      const frames = await take(source, 25);
      for (const frame of frames) {
        assert.equal(frame.codec, codec);
        sentUnit(camera, codec, frame.payload);
      }
      assert.ok(frames.some(({ isKeyframe }) => isKeyframe));
      const { width, height } = frames.at(-1)!;
      assert.deepEqual({ width, height }, { width: 320, height: 176 });
      const ticks = frames.slice(1).map(({ rtpTimestamp }, index) => rtpTimestamp - frames[index]!.rtpTimestamp);
      assert.deepEqual([...new Set(ticks)], [3600]);
    });
  }
});

test('reads a camera over rtsps, with a certificate that nobody vouches for', async () => {
  // SHA-256 with ECDSA, as numbered by TLS (RFC 5246, 7.4.1.4.1).
  const { certPem, keyPem } = await createSelfSignedCertificate({ hash: 4, signature: 3 });
  await using camera = await startCamera({
    tls: { cert: certPem, key: keyPem },
    auth: { scheme: 'digest', user: 'fleet', password: 'word' },
  });
  const frames = await take(openRtspSource({ url: camera.url('fleet:word'), transport: 'tcp' }), 20);
  for (const { payload } of frames) sentUnit(camera, 'h264', payload);
});

test('maps each picture to the clock of the camera by its sender reports, within two milliseconds', async () => {
  for (const clockOffsetMs of [-1500, 0, 60]) {
    for (const transport of ['tcp', 'udp'] as const) {
      await using camera = await startCamera({ clockOffsetMs });
      for (const frame of await take(openRtspSource({ url: camera.url(), transport }), 40)) {
        const sent = sentUnit(camera, 'h264', frame.payload);
        assert.equal(frame.clock, 'senderReport');
        assert.ok(
          Math.abs(frame.capturedAtUs - sent.capturedAtUs) <= 2000,
          `${frame.capturedAtUs - sent.capturedAtUs} µs beside the camera's clock`,
        );
      }
    }
  }
});

test('goes by arrival when the camera sends no reports, or a clock that was never set', async () => {
  for (const options of [{ withoutSenderReports: true }, { clockOffsetMs: -1_700_000_000_000 }, { clockOffsetMs: 3_600_000 }]) {
    await using camera = await startCamera(options);
    const frames = await take(openRtspSource({ url: camera.url(), transport: 'tcp' }), 20);
    const offsetUs = (options.clockOffsetMs ?? 0) * 1000;
    for (const frame of frames) {
      const sent = sentUnit(camera, 'h264', frame.payload);
      assert.equal(frame.clock, 'arrival');
      assert.ok(frame.capturedAtUs - (sent.capturedAtUs - offsetUs) < 500_000);
    }
    assert.ok(frames.every((frame, index) => index === 0 || frame.capturedAtUs > frames[index - 1]!.capturedAtUs));
  }
});

suite('gives each keyframe its parameter sets', () => {
  for (const codec of ['h264', 'h265'] as const) {
    test(`${codec}: from the description alone`, async () => {
      await using camera = await startCamera({ media: media[codec], sdpOnlyParameterSets: true });
      const frames = await take(openRtspSource({ url: camera.url(), transport: 'tcp' }), 25);
      const keyframes = frames.filter(({ isKeyframe }) => isKeyframe);
      assert.ok(keyframes.length >= 2);
      for (const { payload } of keyframes) assert.ok(parameterSetsOf(codec, payload));
      assert.deepEqual(
        frames.filter(({ width }) => width !== 320),
        [],
      );
    });
    test(`${codec}: from the stream alone`, async () => {
      await using camera = await startCamera({ media: media[codec], inBandOnlyParameterSets: true });
      const frames = await take(openRtspSource({ url: camera.url(), transport: 'tcp' }), 25);
      const keyframes = frames.filter(({ isKeyframe }) => isKeyframe);
      assert.ok(keyframes.length >= 2);
      for (const { payload, width } of keyframes) {
        assert.equal(width, 320);
        const types = [...nalUnits(codec, payload)].map(({ type }) => type);
        const parameterSet = codec === 'h264' ? 7 : 33;
        assert.equal(types.filter((type) => type === parameterSet).length, 1, 'and only once');
      }
    });
  }
});

suite('says what is wrong and what to do', () => {
  test('nobody listens', async () => {
    const camera = await startCamera();
    await camera.close();
    await assertFails(camera.url(), 'SOURCE_UNREACHABLE', /check that the camera is on/);
  });

  test('wrong password', async () => {
    for (const scheme of ['basic', 'digest'] as const) {
      await using camera = await startCamera({ auth: { scheme, user: 'fleet', password: 'right' } });
      await assertFails(camera.url('fleet:wrong'), 'SOURCE_UNAUTHORIZED', /correct user and password/);
      await assertFails(camera.url(), 'SOURCE_UNAUTHORIZED', /correct user and password/);
    }
  });

  test('wrong path', async () => {
    await using camera = await startCamera();
    await assertFails(camera.url().replace('/live', '/other'), 'SOURCE_NOT_FOUND', /path/);
  });

  test('a codec that nobody knows, and one that is known but not taken', async () => {
    for (const codecName of ['X-ODD', 'MP4V-ES']) {
      await using camera = await startCamera({ codecName });
      await assertFails(camera.url(), 'CODEC_UNSUPPORTED', /set the camera to H.264, H.265 or MJPEG/);
    }
  });

  test('a server that speaks something else', async () => {
    await using server = await startSilentServer('HTTP/1.1 400 Bad Request\r\n\r\n');
    await assertFails(server.url, 'SOURCE_INVALID', /not as an RTSP camera/);
  });

  test('a server that says nothing', async () => {
    await using server = await startSilentServer();
    await assertFails(server.url, 'SOURCE_UNREACHABLE', /does not answer/);
  });

  test('a camera that goes silent', async () => {
    for (const transport of ['tcp', 'udp'] as const) {
      await using camera = await startCamera();
      setTimeout(() => camera.stall(), 300);
      const failure = await failureOf(openRtspSource({ url: camera.url(), transport }));
      assert.equal((failure as RoadstreamError).code, 'SOURCE_STALLED');
    }
  });

  test('a camera that hangs up', async () => {
    await using camera = await startCamera();
    setTimeout(() => void camera.die(), 300);
    assert.equal(((await failureOf(openRtspSource({ url: camera.url(), transport: 'tcp' }))) as RoadstreamError).code, 'SOURCE_ENDED');
  });

  test('an address that is none', () => {
    for (const url of ['rtsp://', 'rtsp://user:pa/ss@host/', 'rtsp:live'])
      assert.throws(
        () => openRtspSource({ url, transport: 'tcp' }),
        (thrown: RoadstreamError) => thrown.code === 'CONFIGURATION_INVALID' && !/pa\/ss|user/.test(thrown.message.split(';')[0]!),
      );
  });
});

test('lets go at once when told to, at whatever it is', async () => {
  await using camera = await startCamera();
  await using silent = await startSilentServer();
  const connecting = new AbortController();
  const opening = openRtspSource({ url: silent.url, transport: 'tcp' }).frames(connecting.signal).next();
  setTimeout(() => connecting.abort(), 50);
  assert.deepEqual(await opening, { value: undefined, done: true });

  const reading = new AbortController();
  let frames = 0;
  for await (const _ of openRtspSource({ url: camera.url(), transport: 'tcp' }).frames(reading.signal)) if (++frames === 3) reading.abort();
  assert.equal(frames, 3);
  assert.deepEqual(await openRtspSource({ url: camera.url(), transport: 'tcp' }).frames(AbortSignal.abort()).next(), {
    value: undefined,
    done: true,
  });
});

test('goes on when packets are lost', async () => {
  for (const transport of ['tcp', 'udp'] as const) {
    await using camera = await startCamera();
    camera.dropPackets(0.05);
    assert.equal((await take(openRtspSource({ url: camera.url(), transport }), 40)).length, 40);
  }
});

test('survives random bytes in the stream: it goes on, or says so and ends', async () => {
  await using camera = await startCamera();
  const timer = setInterval(() => camera.sendGarbage(20_000), 50);
  const stop = new AbortController();
  const stopTimer = setTimeout(() => stop.abort(), 1500);
  try {
    for await (const { payload } of openRtspSource({ url: camera.url(), transport: 'tcp' }).frames(stop.signal))
      assert.ok(payload.length > 0);
  } catch (thrown) {
    assert.match((thrown as RoadstreamError).code, /^SOURCE_/);
  } finally {
    clearInterval(timer);
    clearTimeout(stopTimer);
  }
});

test('four silent cameras hold up neither a fifth nor the reading of files', async () => {
  await using silent = await startSilentServer();
  const stop = new AbortController();
  const waiting = Array.from({ length: 12 }, () => openRtspSource({ url: silent.url, transport: 'tcp' }).frames(stop.signal).next());
  await using camera = await startCamera();
  const frames = await Promise.race([take(openRtspSource({ url: camera.url(), transport: 'tcp' }), 5), Promise.all(waiting)]);
  // The twelve give up after five seconds; the thirteenth must have come first.
  assert.equal((frames[0] as { codec?: string }).codec, 'h264');
  stop.abort();
  await Promise.all(waiting);
});

test("reads a real dashcam's recording over RTSP", async (t) => {
  const file = needsShared(t, 'media/highway_carnd_vehicle_test.mp4');
  if (!file) return;
  await using camera = await startCamera({ media: file });
  const frames = await take(openRtspSource({ url: camera.url(), transport: 'tcp' }), 40);
  assert.deepEqual([frames.at(-1)!.width, frames.at(-1)!.height], [1280, 720]);
  for (const { payload } of frames.filter(({ isKeyframe }) => isKeyframe)) assert.ok(parameterSetsOf('h264', payload));
});
