import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Decoder, type Picture } from '../../../processors/stages/decoder.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';
import type { AccessUnit } from '../../../schemas/messages.ts';
import { type ClipOptions, encodeClip, numberBits } from '../../support/clip.ts';

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
});
