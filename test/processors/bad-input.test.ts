import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, suite, test } from 'node:test';
import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ420P } from 'node-av/constants';
import { scenarioNamed } from '../../ingest/simulator/scenarios/index.ts';
import { openScene } from '../../ingest/simulator/scene.ts';
import type { Detector } from '../../models/detector.ts';
import { type FaceModels, openFaceModels } from '../../models/face.ts';
import { openDetectorInThread } from '../../models/session.ts';
import { openTextModels, type TextModels } from '../../models/text.ts';
import { openSenses } from '../../processors/pipelines/open-senses.ts';
import { type Judged, Pipeline } from '../../processors/pipelines/pipeline.ts';
import { alertCodec, perceptionCodec } from '../../schemas/codecs.ts';
import { parseConfiguration } from '../../schemas/configuration.ts';
import type { AccessUnit, StreamKind } from '../../schemas/messages.ts';
import { assertFinite } from '../support/finite.ts';
import { modelsWith } from '../support/models.ts';
import { type CameraVideo, type I420Picture, sendPictures } from '../support/pictures.ts';

/** What each kind of camera is made to see, where nothing else is said. Nothing dangerous happens in any of them. */
const usualScenes: Readonly<Record<StreamKind, string>> = {
  dashcam: 'quiet-drive',
  cabin: 'cabin-attentive',
  roadside: 'roadside-country',
  scanner: 'roadside-country',
};
/** A page of text takes seconds to read: only for what changes how it is read. */
const shapedScenes: Readonly<Record<StreamKind, string>> = { ...usualScenes, scanner: 'scanner-page' };
const kinds = Object.keys(usualScenes) as StreamKind[];

const drawn = new Map<string, I420Picture>();

/** Pictures of a simulated camera. @param framesPerSecond At most 30, which it draws. */
function scene(name: string, count: number, framesPerSecond: number): I420Picture[] {
  const opened = openScene(scenarioNamed(name));
  const { width, height } = opened;
  return Array.from({ length: count }, (_, index) => {
    const frameIndex = Math.round((index * 30) / Math.min(30, framesPerSecond));
    const key = `${name} ${frameIndex}`;
    const picture = drawn.get(key) ?? { width, height, i420: new Uint8Array((width * height * 3) / 2) };
    if (!drawn.has(key)) opened.draw(frameIndex, picture.i420);
    drawn.set(key, picture);
    return picture;
  });
}

function flat(luma: number): I420Picture {
  const [width, height] = [640, 360];
  return { width, height, i420: new Uint8Array((width * height * 3) / 2).fill(128).fill(luma, 0, width * height) };
}

function snow(seed: number): I420Picture {
  const picture = flat(0);
  let random = seed;
  for (let at = 0; at < picture.width * picture.height; at++) {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    picture.i420[at] = random >>> 24;
  }
  return picture;
}

const rates = [1, 7.5, 25, 50, 60];
const usual = { width: 640, height: 360, framesPerSecond: 5 };

interface Camera {
  readonly name: string;
  readonly video: CameraVideo;
  /** Instead of the usual scene. */
  readonly pictures?: (kind: StreamKind) => readonly I420Picture[];
  /** What all that is judged must be told to lack at the end. */
  readonly degraded?: string;
}

const cameras: readonly Camera[] = [
  {
    name: 'black pictures',
    video: { ...usual, framesPerSecond: 2 },
    pictures: () => new Array(6).fill(flat(16)),
    degraded: 'camera:covered',
  },
  {
    name: 'white pictures',
    video: { ...usual, framesPerSecond: 2 },
    pictures: () => new Array(6).fill(flat(235)),
    degraded: 'camera:covered',
  },
  { name: 'snow', video: usual, pictures: () => [1, 2, 3, 4, 5].map(snow) },
  {
    name: 'the same picture again and again',
    video: { width: 320, height: 180, framesPerSecond: 1 },
    pictures: (kind) => new Array(13).fill(scene(usualScenes[kind], 1, 1)[0]),
    degraded: 'camera:frozen',
  },
  { name: 'pictures of 16x16', video: { ...usual, width: 16, height: 16 }, degraded: 'camera:picture-too-small' },
  { name: 'a strip of 4096x16', video: { ...usual, width: 4096, height: 16 }, degraded: 'camera:picture-too-small' },
  { name: 'a column of 16x2048', video: { ...usual, width: 16, height: 2048 }, degraded: 'camera:picture-too-small' },
  { name: 'portrait video', video: { ...usual, width: 720, height: 1280 } },
  { name: '4K video', video: { ...usual, width: 3840, height: 2160 }, pictures: (kind) => scene(shapedScenes[kind], 3, 5) },
  { name: '641x361, colours coarser', video: { ...usual, width: 641, height: 361, codec: 'mjpeg', format: AV_PIX_FMT_YUVJ420P } },
  { name: '641x361, colours as fine', video: { ...usual, width: 641, height: 361, format: AV_PIX_FMT_YUV444P } },
  { name: 'no colours, H.264', video: { ...usual, format: AV_PIX_FMT_GRAY8 } },
  { name: 'no colours, H.265', video: { ...usual, format: AV_PIX_FMT_GRAY8, codec: 'h265' } },
  ...rates.map(
    (framesPerSecond): Camera => ({
      name: `${framesPerSecond} pictures a second`,
      video: { ...usual, framesPerSecond },
      pictures: (kind) => scene(usualScenes[kind], framesPerSecond === 1 ? 4 : 8, framesPerSecond),
    }),
  ),
];

suite('bad input', { timeout: 600_000 }, () => {
  let folder: string;
  let detector: Detector;
  let face: FaceModels;
  let text: TextModels;
  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'roadstream-test-'));
    detector = await openDetectorInThread({ name: 'centernet', dataDirectory: folder });
    face = await openFaceModels({ dataDirectory: folder });
    text = await openTextModels({ dataDirectory: folder });
  });
  after(async () => {
    await Promise.all([detector.close(), face.close(), text.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(kind: StreamKind, settings: object = {}): Promise<Pipeline> {
    const { streams, alerts } = parseConfiguration({ streams: [{ id: 'camera', url: 'sim:camera', kind, ...settings }] }, 'test');
    const models = modelsWith(detector, { face: async () => face, text: async () => text, signText: async () => text });
    return new Pipeline({ stream: streams[0]!, senses: await openSenses({ stream: streams[0]!, alerts, models }) });
  }

  /** Judges all of it; whatever comes out must be numbers, fit for the bus, no danger, and a state that survives JSON. */
  async function judge(pipeline: Pipeline, units: readonly AccessUnit[]): Promise<Judged[]> {
    const all: Judged[] = [];
    try {
      for (const unit of units) {
        const judged = await pipeline.push(unit, { admit: () => ({ burnInWidth: 160 }) });
        if (judged) all.push(judged);
      }
      const state = pipeline.snapshot();
      assertFinite(state);
      assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
    } finally {
      pipeline.close();
    }
    for (const { perception, alerts } of all) {
      assertFinite({ perception, alerts });
      perceptionCodec.encode(perception);
      for (const alert of alerts) alertCodec.encode(alert);
    }
    const dangers = all.flatMap(({ alerts }) => alerts).filter(({ type }) => !type.startsWith('camera-'));
    assert.deepEqual(
      dangers.map(({ message }) => message),
      [],
    );
    assert.ok(all.length > 0, 'nothing was analysed');
    return all;
  }

  for (const kind of kinds)
    suite(kind, () => {
      for (const { name, video, pictures = () => scene(shapedScenes[kind], 5, 5), degraded } of cameras)
        test(`stands ${name}`, async () => {
          const all = await judge(await open(kind), await sendPictures(pictures(kind), video));
          if (degraded) assert.ok(all.at(-1)!.perception.degraded.includes(degraded), all.at(-1)!.perception.degraded.join(', '));
        });

      test('stands a clock that jumps back and forth', async () => {
        const jumps = [0, 0, -5e6, 0, 86_400e6, 0, -1, 1e15];
        const sent = await sendPictures(scene(usualScenes[kind], jumps.length, 5), usual);
        const units = sent.map((unit, index) => ({
          ...unit,
          capturedAtUs: unit.capturedAtUs + jumps[index]!,
          rtpTimestamp: (unit.rtpTimestamp + (index % 3) * 2 ** 31) % 2 ** 32,
        }));
        await judge(await open(kind), units);
      });

      test('stands another size, codec and rate in the middle of the stream', async () => {
        const [first, second, third] = [
          scene(usualScenes[kind], 2, 5),
          scene(usualScenes[kind], 4, 5).slice(2),
          scene(usualScenes[kind], 7, 5),
        ];
        const parts = [
          await sendPictures(first, usual),
          await sendPictures(second, { ...usual, width: 64, height: 360 }),
          await sendPictures(third.slice(4), { width: 1280, height: 720, codec: 'h265', framesPerSecond: 20 }),
        ];
        let [capturedAtUs, sequence] = [0, 0];
        const units = parts.flatMap((part, index) =>
          part.map((unit): AccessUnit => {
            capturedAtUs += index === 2 ? 50_000 : 200_000;
            return { ...unit, capturedAtUs, sequence: sequence++, rtpTimestamp: (capturedAtUs * 9) / 100 };
          }),
        );
        const all = await judge(await open(kind), units);
        if (kind !== 'scanner') assert.deepEqual([...new Set(all.map(({ perception }) => perception.width))], [640, 64, 1280]);
      });

      test('says what to do when the pictures are too small to be cut', async () => {
        const units = await sendPictures(scene(usualScenes[kind], 1, 5), { ...usual, width: 8, height: 8 });
        const pipeline = await open(kind);
        await assert.rejects(pipeline.push(units[0]!), { code: 'CODEC_UNSUPPORTED', message: /8x8 are too small .* set the camera to/ });
        pipeline.close();
      });
    });

  for (const pitchDegrees of [-30, 30])
    test(`a dashcam whose pitch of ${pitchDegrees}° puts the horizon outside the picture says so, and warns of nothing`, async () => {
      const units = await sendPictures(scene('quiet-drive', 12, 5), usual);
      const all = await judge(await open('dashcam', { camera: { pitchDegrees } }), units);
      assert.ok(all.every(({ perception }) => perception.degraded.includes('distance:horizon-outside-picture')));
    });

  test('a dashcam that looks at a driver warns of nothing, and says that it sees no lane', async () => {
    const all = await judge(await open('dashcam'), await sendPictures(scene('cabin-attentive', 40, 3), { ...usual, framesPerSecond: 3 }));
    assert.ok(all.every(({ perception }) => perception.degraded.includes('lanes:not-found')));
  });

  test('a cabin camera that looks at a road misses nobody, and says that it has never seen a driver', async () => {
    const all = await judge(await open('cabin'), await sendPictures(scene('quiet-drive', 40, 3), { ...usual, framesPerSecond: 3 }));
    assert.ok(all.every(({ perception }) => perception.degraded.includes('driver:never-seen')));
  });
});
