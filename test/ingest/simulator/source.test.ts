import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readStamp } from '../../../ingest/simulator/drawing/stamp.ts';
import { openSimulatedSource } from '../../../ingest/simulator/source.ts';
import type { SourceFrame } from '../../../ingest/source.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';
import { LumaDecoder } from './video.ts';

/** Reads a number of frames, then aborts and reads to the end. */
async function read(url: string, count: number): Promise<SourceFrame[]> {
  const stop = new AbortController();
  const frames: SourceFrame[] = [];
  for await (const frame of openSimulatedSource({ url }).frames(stop.signal)) if (frames.push(frame) === count) stop.abort();
  return frames;
}

/** A thread shows as the port to it. */
const openPorts = (): number => process.getActiveResourcesInfo().filter((resource) => resource === 'MessagePort').length;

describe('simulated source', () => {
  test('gives frames by the wall clock until it is aborted, and leaves no thread behind', async () => {
    const before = openPorts();
    const frames = await read('sim:quiet-drive', 40);
    assert.equal(openPorts(), before);
    assert.equal(frames.length, 40);
    const [first] = frames;
    assert.equal(first!.rtpTimestamp, 0);
    assert.equal(first!.isKeyframe, true);
    assert.ok(Math.abs(Date.now() * 1000 - first!.capturedAtUs) < 60e6);
    for (const frame of frames) {
      // 3000 ticks are 33 333 us: capture time and RTP timestamp tell the same.
      assert.ok(Math.abs(frame.capturedAtUs - first!.capturedAtUs - (frame.rtpTimestamp / 90_000) * 1e6) <= 2);
      assert.deepEqual([frame.codec, frame.clock, frame.width, frame.height], ['h264', 'source', 1280, 720]);
    }
  });

  test('leaves no thread behind when the reader breaks off', async () => {
    const before = openPorts();
    for await (const frame of openSimulatedSource({ url: 'sim:car-following' }).frames(new AbortController().signal)) {
      assert.ok(frame.isKeyframe);
      break;
    }
    assert.equal(openPorts(), before);
  });

  test('gives nothing when it is aborted before it begins', async () => {
    const frames = openSimulatedSource({ url: 'sim:quiet-drive' }).frames(AbortSignal.abort());
    assert.deepEqual(await frames.next(), { done: true, value: undefined });
  });

  test('drops frames instead of lagging behind a slow reader, and each still decodes', async () => {
    const stop = new AbortController();
    const decoder = new LumaDecoder();
    let count = 0;
    let last: SourceFrame | undefined;
    for await (const frame of openSimulatedSource({ url: 'sim:quiet-drive?stamp=frame' }).frames(stop.signal)) {
      const { luma, stride, width, height } = await decoder.decode(frame);
      assert.equal(readStamp(luma, width, height, stride), frame.rtpTimestamp / 3000);
      last = frame;
      if (++count === 12) stop.abort();
      await sleep(150);
    }
    decoder.close();
    // 12 frames in 1.8 s: about 50 were due.
    assert.ok(last!.rtpTimestamp / 3000 > 24, `frame ${last!.rtpTimestamp / 3000}`);
  });

  test('stamps the time of capture into the picture', async () => {
    const decoder = new LumaDecoder();
    for (const frame of await read('sim:quiet-drive?stamp=time', 5)) {
      const { luma, stride, width, height } = await decoder.decode(frame);
      assert.equal(readStamp(luma, width, height, stride), Math.floor(frame.capturedAtUs / 1000) % 2 ** 32);
    }
    decoder.close();
  });

  test('ends after one pass when it is not to loop', async () => {
    const frames = await read('sim:car-to-car-stationary?loop=0', Number.POSITIVE_INFINITY);
    // 4.4 s are 132 frames; some may have been dropped.
    assert.ok(frames.at(-1)!.rtpTimestamp / 3000 <= 131 && frames.at(-1)!.rtpTimestamp / 3000 > 100);
  });

  test('shows its address', () =>
    assert.equal(openSimulatedSource({ url: 'sim:quiet-drive?stamp=time' }).shown, 'sim:quiet-drive?stamp=time'));

  // what is wrong, code, what the message must name
  for (const [url, code, named] of [
    ['sim:nowhere', 'SCENARIO_UNKNOWN', 'car-to-car-braking'],
    ['sim:', 'SCENARIO_UNKNOWN', 'quiet-drive'],
    ['sim:quiet-drive?speed=2', 'CONFIGURATION_INVALID', 'stamp, loop'],
    ['sim:quiet-drive?stamp=date', 'CONFIGURATION_INVALID', 'time or frame'],
    ['rtsp://host', 'CONFIGURATION_INVALID', 'sim:<scenario>'],
  ] as const)
    test(`refuses ${url} with ${code} and what to write instead`, () => {
      assert.throws(
        () => openSimulatedSource({ url }),
        (error: RoadstreamError) => error.code === code && error.message.includes(named),
      );
    });
});
