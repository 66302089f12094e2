import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLiveFrame } from '../../../gateway/web/live/live-frame.ts';

const header = { channel: 'frames:front', streamId: 'front', sequence: 7, capturedAtUs: 1, width: 1280, height: 720 };

function message(json: string, jpeg: readonly number[], length = json.length): ArrayBuffer {
  const bytes = new Uint8Array(4 + json.length + jpeg.length);
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(new TextEncoder().encode(json), 4);
  bytes.set(jpeg, 4 + json.length);
  return bytes.buffer;
}

test('takes a picture and what it says about itself apart', () => {
  const frame = parseLiveFrame(message(JSON.stringify(header), [0xff, 0xd8, 0xff]));
  assert.deepEqual(frame?.header, header);
  assert.deepEqual([...frame.jpeg], [0xff, 0xd8, 0xff]);
});

const broken = [
  { what: 'shorter than its length field', bytes: new ArrayBuffer(3) },
  { what: 'with a header longer than itself', bytes: message('{}', [], 99) },
  { what: 'with a header that is no JSON', bytes: message('{no', [1]) },
];
for (const { what, bytes } of broken)
  test(`drops a message ${what}`, () => {
    assert.equal(parseLiveFrame(bytes), undefined);
  });
