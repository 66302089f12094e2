import type { LiveFrameHeader } from '../../../schemas/live.ts';

/** The header's length stands before it, big endian. */
const lengthBytes = 4;

export interface LiveFrame {
  readonly header: LiveFrameHeader;
  readonly jpeg: Uint8Array<ArrayBuffer>;
}

/** Takes a binary message of a `frames:` channel apart (schemas/live.ts). @returns Undefined when it is not one. */
export function parseLiveFrame(message: ArrayBuffer): LiveFrame | undefined {
  if (message.byteLength < lengthBytes) return undefined;
  const headerEnd = lengthBytes + new DataView(message).getUint32(0);
  if (headerEnd > message.byteLength) return undefined;
  try {
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(message, lengthBytes, headerEnd - lengthBytes))) as LiveFrameHeader;
    return { header, jpeg: new Uint8Array(message, headerEnd) };
  } catch {
    return undefined;
  }
}
