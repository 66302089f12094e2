import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AV_PIX_FMT_GRAY8, AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { Decoder, type Picture } from '../../../processors/stages/decoder.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';
import type { AccessUnit } from '../../../schemas/messages.ts';
import { type ClipOptions, encodeClip, numberBits } from '../../support/clip.ts';
import { sendPictures } from '../../support/pictures.ts';

async function units(options: ClipOptions, epoch = 1): Promise<AccessUnit[]> {
  const clip = await encodeClip({ width: 320, height: 192, ...options });
  return clip.map(({ payload, isKeyframe, number }, sequence) => ({
    streamId: 'front',
    vehicleId: null,
    kind: 'dashcam',
    epoch,
    sequence,
    capturedAtUs: number,
    clock: 'source',
    publishedAtUs: 0,
    rtpTimestamp: number * 3000,
    codec: 'h264',
    isKeyframe,
    width: 320,
    height: 192,
    payload,
  }));
}

/** The number that the picture spells along its top. */
function spelled({ planes, strides, width, height }: Picture): number {
  let number = 0;
  const row = (height >> 4) * strides[0]!;
  for (let bit = 0; bit < numberBits; bit++) {
    if (planes[0]![row + Math.floor(((bit + 0.5) * width) / numberBits)]! > 128) number |= 1 << bit;
  }
  return number;
}

async function decodeAll(decoder: Decoder, of: readonly AccessUnit[]): Promise<(number | undefined)[]> {
  const numbers: (number | undefined)[] = [];
  for (const unit of of) {
    const picture = await decoder.decode(unit).catch((error: RoadstreamError) => assert.equal(error.code, 'DECODE_FAILED') as undefined);
    if (picture) assert.equal(spelled(picture), picture.unit.capturedAtUs, 'the picture came with another access unit');
    numbers.push(picture && spelled(picture));
  }
  return numbers;
}

describe('Decoder', () => {
  test('gives each picture at once, with the access unit it was in', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const numbers = await decodeAll(decoder, await units({ frames: 12, keyframeEvery: 6 }));
    assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  test('gives pictures in the order of showing, each with its own access unit, when there are B-frames', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const clip = await units({ frames: 24, keyframeEvery: 12, bFrames: 2 });
    assert.ok(
      clip.some(({ capturedAtUs, sequence }) => capturedAtUs !== sequence),
      'the clip has no B-frames',
    );
    const numbers = (await decodeAll(decoder, clip)).filter((number) => number !== undefined);
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => index),
    );
    assert.ok(numbers.length >= 20);
  });

  test('begins at the first keyframe', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const numbers = await decodeAll(decoder, (await units({ frames: 9, keyframeEvery: 6 })).slice(2));
    assert.deepEqual(numbers, [undefined, undefined, undefined, undefined, 6, 7, 8]);
  });

  test('shows nothing from a lost access unit to the next keyframe', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const clip = await units({ frames: 9, keyframeEvery: 6 });
    const numbers = await decodeAll(decoder, clip.toSpliced(2, 1));
    assert.deepEqual(numbers, [0, 1, undefined, undefined, undefined, 6, 7, 8]);
  });

  test('tells of garbage and goes on at the next keyframe', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const clip = await units({ frames: 12, keyframeEvery: 6 });
    const garbage = clip.map((unit) => (unit.sequence === 2 ? { ...unit, payload: Buffer.alloc(500, 0x5a) } : unit));
    await assert.rejects(
      async () => {
        for (const unit of garbage) await decoder.decode(unit);
      },
      { code: 'DECODE_FAILED' },
    );
    const rest = await decodeAll(decoder, garbage.slice(3));
    assert.deepEqual(rest, [undefined, undefined, undefined, 6, 7, 8, 9, 10, 11]);
  });

  test('follows a camera that comes back with another size', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    await decodeAll(decoder, await units({ frames: 3 }));
    const [larger] = await units({ frames: 1, width: 640, height: 384 }, 2);
    const picture = await decoder.decode(larger!);
    assert.deepEqual([picture?.width, picture?.height], [640, 384]);
  });

  test('gives pictures without colours as such with colours that are grey', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const i420 = new Uint8Array((64 * 48 * 3) / 2).fill(70).fill(200, 0, 64 * 48);
    const video = { width: 63, height: 47, codec: 'h265', format: AV_PIX_FMT_GRAY8 } as const;
    for (const unit of await sendPictures(new Array(3).fill({ width: 64, height: 48, i420 }), video)) {
      const { pixelFormat, planes, strides, chromaShiftX, chromaShiftY } = (await decoder.decode(unit))!;
      assert.deepEqual([pixelFormat, chromaShiftX, chromaShiftY], [AV_PIX_FMT_YUV420P, 1, 1]);
      // FFmpeg turns limited range into full range on the way to grey: (200 - 16) * 255 / 219.
      assert.ok(Math.abs(planes[0]![46 * strides[0]! + 62]! - 214) < 4, String(planes[0]![46 * strides[0]! + 62]));
      for (const colour of [1, 2]) assert.equal(planes[colour]![23 * strides[colour]! + 31], 128);
    }
  });

  test('refuses pictures that are too small to cut anything out of, and goes on with larger ones', async (t) => {
    const decoder = new Decoder();
    t.after(() => decoder.close());
    const [small] = await units({ frames: 1, width: 14, height: 192 });
    await assert.rejects(decoder.decode(small!), {
      code: 'CODEC_UNSUPPORTED',
      message: /14x192 are too small .* set the camera to 640x360/,
    });
    assert.deepEqual(await decodeAll(decoder, await units({ frames: 2 })), [0, 1]);
  });
});
