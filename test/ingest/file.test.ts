import assert from 'node:assert/strict';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { before, suite, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { parameterSetsOf } from '../../ingest/sources/annex-b.ts';
import { openFileSource } from '../../ingest/sources/file.ts';
import type { RoadstreamError } from '../../schemas/errors.ts';
import { videoFolder, writeVideoFile } from '../support/video-file.ts';
import { failureOf, take } from './support.ts';

const inside = path.join(videoFolder, 'permitted');
const outside = path.join(videoFolder, 'elsewhere');

const containers = [
  { name: 'h264.mp4', codec: 'h264' },
  { name: 'h264.ts', codec: 'h264' },
  { name: 'h265.mp4', codec: 'h265' },
  { name: 'h265.mkv', codec: 'h265' },
  { name: 'mjpeg.mkv', codec: 'mjpeg' },
  { name: 'mjpeg.avi', codec: 'mjpeg' },
] as const;

before(async () => {
  await mkdir(inside);
  await mkdir(outside);
  for (const { name, codec } of containers) await writeVideoFile(path.join(inside, name), { codec, frames: 25 });
  await writeVideoFile(path.join(inside, 'b-frames.mp4'), { codec: 'h264', frames: 25, bFrames: 2 });
  await writeVideoFile(path.join(outside, 'clip.mp4'), { codec: 'h264', frames: 5 });
});

const addressOf = (...parts: string[]) => pathToFileURL(path.join(...parts)).href;

function open(url: string, more: { readonly loop?: boolean; readonly paced?: boolean } = {}) {
  return openFileSource({ url, fileFolders: [inside], loop: false, paced: false, ...more });
}

async function assertRefused(url: string, code: string, told: RegExp): Promise<void> {
  const failure = (await failureOf(open(url))) as RoadstreamError;
  assert.equal(failure?.code, code, String(failure));
  assert.match(failure.message, told);
}

suite('reads a file picture by picture, each keyframe decodable by itself', () => {
  for (const { name, codec } of containers)
    test(name, async () => {
      const frames = await take(open(addressOf(inside, name)), Number.POSITIVE_INFINITY);
      assert.equal(frames.length, 25);
      assert.deepEqual(
        frames.map(({ rtpTimestamp }) => rtpTimestamp),
        Array.from({ length: 25 }, (_, index) => index * 3600),
      );
      assert.ok(frames.every(({ width, height, clock }) => width === 320 && height === 176 && clock === 'source'));
      if (codec === 'mjpeg') return;
      const keyframes = frames.filter(({ isKeyframe }) => isKeyframe);
      assert.equal(keyframes.length, 3);
      for (const { payload } of keyframes) assert.ok(parameterSetsOf(codec, payload));
    });
});

test('keeps the order of decoding of B-frames, with the times of presentation', async () => {
  const frames = await take(open(addressOf(inside, 'b-frames.mp4')), 10);
  const places = frames.map(({ rtpTimestamp }) => rtpTimestamp / 3600);
  assert.deepEqual(places.slice(0, 4), [0, 3, 1, 2]);
  const firstUs = frames[0]!.capturedAtUs;
  assert.deepEqual(
    frames.map(({ capturedAtUs }) => Math.round((capturedAtUs - firstUs) / 40_000)),
    places,
  );
});

test('goes on in time when it begins again, without a gap', async () => {
  const frames = await take(open(addressOf(inside, 'h264.mp4'), { loop: true }), 60);
  assert.deepEqual(
    frames.map(({ rtpTimestamp }) => rtpTimestamp),
    Array.from({ length: 60 }, (_, index) => index * 3600),
  );
  assert.ok(frames[25]!.isKeyframe);
  assert.deepEqual([...new Set(frames.slice(1).map((frame, index) => frame.capturedAtUs - frames[index]!.capturedAtUs))], [40_000]);
});

test('gives no picture before its time', async () => {
  // The computer's timers may be early by a millisecond.
  for await (const { capturedAtUs } of open(addressOf(inside, 'b-frames.mp4'), { paced: true }).frames(new AbortController().signal))
    assert.ok((performance.timeOrigin + performance.now()) * 1000 - capturedAtUs > -2000);
});

test('stops at once when told to', async () => {
  const stop = new AbortController();
  let frames = 0;
  for await (const _ of open(addressOf(inside, 'h264.mp4'), { paced: true, loop: true }).frames(stop.signal))
    if (++frames === 3) stop.abort();
  assert.equal(frames, 3);
});

suite('refuses what lies outside the folders', () => {
  test('by its path, existing or not', async () => {
    for (const url of [
      addressOf(outside, 'clip.mp4'),
      `${addressOf(inside)}/../elsewhere/clip.mp4`,
      `${addressOf(inside)}/%2e%2e/elsewhere/clip.mp4`,
      'file:///etc/passwd',
      'file:///no/such/file',
      'file:relative.mp4',
      addressOf(inside),
      addressOf(`${inside}-not`, 'clip.mp4'),
    ])
      await assertRefused(url, 'SOURCE_PATH_REFUSED', /fileFolders/);
  });

  test('by a symbolic link', async () => {
    await symlink(path.join(outside, 'clip.mp4'), path.join(inside, 'link.mp4'));
    await assertRefused(addressOf(inside, 'link.mp4'), 'SOURCE_PATH_REFUSED', /fileFolders/);
  });

  test('when no folder is configured', async () => {
    const failure = (await failureOf(
      openFileSource({ url: addressOf(inside, 'h264.mp4'), fileFolders: [], loop: false }),
    )) as RoadstreamError;
    assert.equal(failure.code, 'SOURCE_PATH_REFUSED');
    assert.equal(failure.retryable, false);
  });

  test('but not a link to the folder itself', async () => {
    const linked = path.join(videoFolder, 'linked');
    await symlink(inside, linked);
    const source = openFileSource({ url: addressOf(linked, 'h264.mp4'), fileFolders: [linked], loop: false, paced: false });
    assert.equal((await take(source, 3)).length, 3);
  });
});

suite('says what is wrong with a file', () => {
  test('it is not there', () => assertRefused(addressOf(inside, 'none.mp4'), 'SOURCE_NOT_FOUND', /check the path/));

  test('its address is none', async () => {
    await assertRefused('file://otherhost/clip.mp4', 'CONFIGURATION_INVALID', /file:\/\/\/absolute\/path/);
    await assertRefused(`${addressOf(inside)}/%zz.mp4`, 'CONFIGURATION_INVALID', /percent-encoded/);
  });

  test('it is no video', async () => {
    for (const [name, content] of [
      ['text.mp4', 'not a video at all\n'.repeat(100)],
      ['empty.mp4', ''],
      // A playlist would have FFmpeg open what it names.
      ['list.mp4', `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n${addressOf(outside, 'clip.mp4')}\n#EXT-X-ENDLIST\n`],
      ['concat.mp4', `ffconcat version 1.0\nfile '${path.join(outside, 'clip.mp4')}'\n`],
    ] as const) {
      await writeFile(path.join(inside, name), content);
      await assertRefused(addressOf(inside, name), 'SOURCE_INVALID', /MP4, MKV/);
    }
  });

  test('it is cut off', async () => {
    const file = path.join(inside, 'cut.mp4');
    await writeVideoFile(file, { codec: 'h264', frames: 25 });
    // Its index lies at the end.
    await truncate(file, 20_000);
    await assertRefused(addressOf(inside, 'cut.mp4'), 'SOURCE_INVALID', /MP4, MKV/);
  });

  test('it is a folder', async () => {
    await mkdir(path.join(inside, 'folder.mp4'));
    await assertRefused(addressOf(inside, 'folder.mp4'), 'SOURCE_INVALID', /MP4, MKV/);
  });
});
