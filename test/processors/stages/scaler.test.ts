import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AV_PIX_FMT_YUV420P } from 'node-av/constants';
import { pictureMemory, Scaler } from '../../../processors/stages/scaler.ts';
import { accessUnit } from '../../support/access-unit.ts';

test('writes past the end of a picture no further than its memory goes', () => {
  const [width, height, stride] = [161, 91, 192];
  const picture = {
    width,
    height,
    pixelFormat: AV_PIX_FMT_YUV420P,
    chromaShiftX: 1,
    chromaShiftY: 1,
    planes: [90, 110, 150].map((value) => Buffer.alloc(stride * height + 64, value)),
    strides: [stride, stride, stride],
    unit: accessUnit(0),
  };
  for (const format of ['rgb', 'rgba'] as const)
    for (let outputWidth = 1; outputWidth <= 40; outputWidth++) {
      const memory = pictureMemory(outputWidth, 3, format);
      const reserved = memory.buffer.byteLength - memory.byteOffset - memory.length;
      const target = Buffer.alloc(memory.length + 4096, 0xab);
      const scaler = new Scaler(outputWidth, 3, format);
      scaler.scale(picture, { x: 0, y: 0, width, height }, target, outputWidth);
      scaler.close();
      const written = 1 + target.subarray(memory.length).findLastIndex((value) => value !== 0xab);
      assert.ok(written <= reserved, `${written} bytes past ${outputWidth} columns of ${format}, ${reserved} are reserved`);
    }
});
