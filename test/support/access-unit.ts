import type { AccessUnit } from '../../schemas/messages.ts';

/** An access unit of a camera that sends 30 pictures a second from a made-up moment on. */
export function accessUnit(sequence: number, changes: Partial<AccessUnit> = {}): AccessUnit {
  const capturedAtUs = 1_700_000_000_000_000 + Math.round((sequence * 1e6) / 30);
  return {
    streamId: 'front',
    vehicleId: null,
    kind: 'dashcam',
    epoch: 1,
    sequence,
    capturedAtUs,
    clock: 'source',
    publishedAtUs: capturedAtUs,
    rtpTimestamp: (123_456 + sequence * 3000) >>> 0,
    codec: 'h264',
    isKeyframe: false,
    width: 640,
    height: 360,
    payload: Buffer.from([0, 0, 0, 1, 0x41, 0x9a, sequence & 0x7f, 0x80]),
    ...changes,
  };
}
