import { type AVCodecID, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { Codec, CodecContext, CodecParameters } from 'node-av/lib';

/** Pixels; 0 by 0 while unknown. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * What H.264's or H.265's parameter sets say about the size, cropping included.
 * @param sets With start codes.
 */
export function sizeFromParameterSets(codecId: AVCodecID, sets: Buffer): PictureSize {
  using parameters = new CodecParameters();
  parameters.alloc();
  parameters.codecType = AVMEDIA_TYPE_VIDEO;
  parameters.codecId = codecId;
  parameters.extradata = sets;
  if (parameters.parseExtradata() >= 0) return { width: parameters.width, height: parameters.height };
  // FFmpeg's parser of H.265 gives no size, but its decoder has it once it is open.
  const codec = Codec.findDecoder(codecId);
  if (!codec) return { width: 0, height: 0 };
  const decoder = new CodecContext();
  try {
    decoder.allocContext3(codec);
    const isOpen = parameters.toContext(decoder) >= 0 && decoder.open2Sync(codec, null) >= 0;
    return isOpen ? { width: decoder.width, height: decoder.height } : { width: 0, height: 0 };
  } finally {
    decoder.freeContext();
  }
}

/** Reads a JPEG's frame header (ITU-T T.81, B.2.2). */
export function jpegSize(jpeg: Buffer): PictureSize {
  for (let at = 2; at + 9 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1]!;
    // SOF0 to SOF15, but not DHT (C4), JPG (C8) and DAC (CC), which lie between them.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc)
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return { width: 0, height: 0 };
}
