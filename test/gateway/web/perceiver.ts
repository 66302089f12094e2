import type { TestContext } from 'node:test';
import type { Bus } from '../../../platform/bus/bus.ts';
import { nowUs } from '../../../platform/clock.ts';
import { accessUnitCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import { topics } from '../../../schemas/topics.ts';
import { perception, track } from './messages.ts';

/** Pixels that the one box moves right from frame to frame; it begins again after every `period` frames. */
const step = 5;
export const period = 90;

/** Left edge of the box in the frame with this sequence number. */
export function boxLeft(sequence: number): number {
  return (sequence % period) * step;
}

/** Sees one moving box in every second frame on the bus, and says so after a while. */
export async function startPerceiver(t: TestContext, bus: Bus, delayMs: number): Promise<void> {
  const pending = new Set<NodeJS.Timeout>();
  const see = (bytes: Buffer): void => {
    const { rtpTimestamp, sequence, streamId, epoch, width, height, capturedAtUs } = accessUnitCodec.decode(bytes);
    if (sequence % 2 === 1) return;
    const left = boxLeft(sequence);
    const box = track(1, [left, 120, left + 80, 200], { isLead: true, boxVelocityPxps: [step * 30, 0, step * 30, 0] });
    const timer = setTimeout(() => {
      pending.delete(timer);
      const timing = { publishedAtUs: nowUs(), waitedMs: 0, decodeMs: 0, inferenceMs: 0, totalMs: delayMs };
      const seen = { ...perception(rtpTimestamp, [box], epoch), streamId, sequence, width, height, capturedAtUs, timing };
      void bus.publish(topics.perceptions, streamId, perceptionCodec.encode(seen));
    }, delayMs);
    pending.add(timer);
  };
  const subscription = await bus.subscribe({
    topics: [topics.framesDashcam],
    from: 'latest',
    onBatch: async (batch) => {
      for (const { value } of batch) if (value) see(value);
    },
  });
  t.after(async () => {
    await subscription.close();
    for (const timer of pending) clearTimeout(timer);
  });
}
