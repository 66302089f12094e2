import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MJPEG, type AVCodecID } from 'node-av/constants';
import { avGetCodecName } from 'node-av/lib';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { VideoCodec } from '../../schemas/messages.ts';
import { parameterSetsOf, withParameterSets } from './annex-b.ts';
import { jpegSize, type PictureSize, sizeFromParameterSets } from './picture-size.ts';

export interface Picture extends PictureSize {
  readonly payload: Buffer;
  readonly isKeyframe: boolean;
}

/**
 * @param codecId FFmpeg's.
 * @param shown The source, for the message.
 * @param named How the source itself calls the codec, where it does.
 * @throws CODEC_UNSUPPORTED
 */
export function videoCodec(codecId: AVCodecID, shown: string, named?: string): VideoCodec {
  if (codecId === AV_CODEC_ID_H264) return 'h264';
  if (codecId === AV_CODEC_ID_HEVC) return 'h265';
  if (codecId === AV_CODEC_ID_MJPEG) return 'mjpeg';
  throw new RoadstreamError(
    'CODEC_UNSUPPORTED',
    `${shown} sends video as ${named ?? avGetCodecName(codecId) ?? 'an unknown codec'}; set the camera to H.264, H.265 or MJPEG.`,
    { retryable: true },
  );
}

/** Makes every keyframe decodable by itself, and knows the pictures' size. */
export class PictureStream {
  readonly codec: VideoCodec;
  readonly #codecId: AVCodecID;
  #parameterSets: Buffer | undefined;
  #size: PictureSize = { width: 0, height: 0 };

  /** @param extradata What SDP or container say about the codec, in Annex B; a camera may send its parameter sets only there. */
  constructor(codec: VideoCodec, codecId: AVCodecID, extradata: Buffer | null) {
    this.codec = codec;
    this.#codecId = codecId;
    if (extradata && (codec === 'h264' || codec === 'h265')) this.#learn(parameterSetsOf(codec, extradata));
  }

  /** @param isKeyframe As FFmpeg's parser or the container says. */
  push(bytes: Buffer, isKeyframe: boolean): Picture {
    if (this.codec !== 'h264' && this.codec !== 'h265') return { payload: bytes, isKeyframe: true, ...jpegSize(bytes) };
    if (!isKeyframe) return this.#picture(bytes, false);
    const own = parameterSetsOf(this.codec, bytes);
    if (own) this.#learn(own);
    // Nothing decodes without them: such a keyframe is no place to begin.
    if (!this.#parameterSets) return this.#picture(bytes, false);
    return this.#picture(own ? bytes : withParameterSets(this.codec, bytes, this.#parameterSets), true);
  }

  #picture(payload: Buffer, isKeyframe: boolean): Picture {
    return { payload, isKeyframe, ...this.#size };
  }

  #learn(sets: Buffer | undefined): void {
    if (!sets || this.#parameterSets?.equals(sets)) return;
    this.#parameterSets = sets;
    this.#size = sizeFromParameterSets(this.#codecId, sets);
  }
}
