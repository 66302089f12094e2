import {
  AV_NOPTS_VALUE,
  AV_PKT_DATA_PRFT,
  AVERROR_HTTP_FORBIDDEN,
  AVERROR_HTTP_NOT_FOUND,
  AVERROR_HTTP_UNAUTHORIZED,
  AVERROR_INVALIDDATA,
} from 'node-av/constants';
import { FFmpegError, type Packet } from 'node-av/lib';
import { nowUs } from '../../platform/clock.ts';
import { shownAddress } from '../../platform/redact.ts';
import type { StreamConfiguration } from '../../schemas/configuration.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import type { Source, SourceFrame } from '../source.ts';
import { CaptureClock } from './capture-clock.ts';
import { NativeInput, type Outcome } from './native-input.ts';
import { PictureStream, videoCodec } from './picture-stream.ts';
import { rtpTimestamp } from './rtp-timestamp.ts';

/** A camera that has not answered until then counts as gone. Long enough for a third SYN (RFC 6298: after 1 and 3 s). */
const openTimeoutMs = 5000;
/** A connected camera that gives no picture for so long has stalled. */
const stallTimeoutMs = 5000;
/** Over UDP, how long a packet is waited for that others have overtaken, µs: ten times the jitter of a usual local network. */
const reorderingUs = 100_000;
/** A longer interval between two pictures is a gap, not a frame rate. */
const longestIntervalUs = 200_000;

/**
 * A camera over RTSP or RTSPS (which encrypts, but knows no certificate to trust), over TCP or UDP, H.264, H.265 or MJPEG.
 * `rtpTimestamp` counts from the first picture of the connection. Pictures before the first keyframe are given too.
 * @throws CONFIGURATION_INVALID when the address is none.
 */
export function openRtspSource({ url, transport }: Pick<StreamConfiguration, 'url' | 'transport'>): Source {
  const shown = shownAddress(url);
  // Also percent-encodes what a password may not hold as it stands.
  const address = URL.parse(url)?.href;
  if (!address || !URL.parse(url)?.hostname)
    throw new RoadstreamError(
      'CONFIGURATION_INVALID',
      `${shown} is not an address; write rtsp://user:password@host:554/path, with / ? # @ : in user and password percent-encoded (%2F %3F %23 %40 %3A).`,
    );
  return { shown, frames: (signal) => frames(address, transport, shown, signal) };
}

async function* frames(
  address: string,
  transport: string,
  shown: string,
  signal: AbortSignal,
): AsyncGenerator<SourceFrame, void, undefined> {
  await using input = new NativeInput(signal);
  const options = {
    rtsp_transport: transport,
    // Without sound there is less to fetch, and FFmpeg then leaves the media time alone.
    allowed_media_types: 'video',
    protocol_whitelist: 'rtsp,rtsps,rtp,udp,tcp,tls',
    max_delay: String(reorderingUs),
  };
  const opened = await input.open(address, options, openTimeoutMs);
  if (opened === 'aborted') return;
  if (opened !== 0) throw openFailure(opened, shown);
  const stream = input.videoStream();
  if (!stream) throw invalid(shown, 'offers no video; check the path, or the camera behind it');
  const { codecId, extradata } = stream.codecpar;
  const pictures = new PictureStream(videoCodec(codecId, shown, input.rtspCodecName()), codecId, extradata);
  const times = new PictureTimes(stream.timeBase.num / stream.timeBase.den);
  for (;;) {
    const outcome = await input.read(stallTimeoutMs);
    if (outcome === 'aborted') return;
    if (outcome !== 0) throw readFailure(outcome, shown);
    const bytes = input.packet.data;
    if (!bytes || input.packet.streamIndex !== stream.index) continue;
    const isKeyframe = input.packet.isKeyframe;
    yield { codec: pictures.codec, ...pictures.push(bytes, isKeyframe), ...times.of(input.packet, pictures.codec !== 'mjpeg') };
  }
}

/** Capture time and RTP timestamp of each picture. */
class PictureTimes {
  readonly #secondsPerTick: number;
  readonly #clock = new CaptureClock();
  #previousUs = 0;
  #intervalUs = 0;

  constructor(secondsPerTick: number) {
    this.#secondsPerTick = secondsPerTick;
  }

  /** @param comesLate FFmpeg knows the end of a picture of H.264 or H.265 only when the next one begins. */
  of(packet: Packet, comesLate: boolean): Pick<SourceFrame, 'capturedAtUs' | 'clock' | 'rtpTimestamp'> {
    // The first picture of a connection may come without its time, which is the origin.
    const mediaUs = packet.pts === AV_NOPTS_VALUE ? this.#previousUs + this.#intervalUs : Number(packet.pts) * this.#secondsPerTick * 1e6;
    const intervalUs = mediaUs - this.#previousUs;
    if (intervalUs > 0 && intervalUs < longestIntervalUs) this.#intervalUs = intervalUs;
    this.#previousUs = mediaUs;
    const arrivedAtUs = nowUs() - (comesLate ? this.#intervalUs : 0);
    // AVProducerReferenceTime begins with the wall clock at capture, µs: the newest sender report, mapped to this packet.
    const reference = packet.getSideData(AV_PKT_DATA_PRFT);
    const senderUs = reference ? Number(reference.readBigInt64LE(0)) : undefined;
    return { ...this.#clock.at(mediaUs, arrivedAtUs, senderUs), rtpTimestamp: rtpTimestamp(mediaUs) };
  }
}

function openFailure(outcome: Exclude<Outcome, 'aborted'>, shown: string): RoadstreamError {
  const retryable = { retryable: true };
  if (outcome === 'late')
    return new RoadstreamError(
      'SOURCE_UNREACHABLE',
      `${shown} does not answer within ${openTimeoutMs / 1000} s; check that the camera is on, its address, and that a firewall lets RTSP through.`,
      retryable,
    );
  if (outcome === AVERROR_HTTP_UNAUTHORIZED || outcome === AVERROR_HTTP_FORBIDDEN)
    return new RoadstreamError(
      'SOURCE_UNAUTHORIZED',
      `${shown} refuses the credentials; correct user and password in the stream's url (percent-encoded), or on the camera.`,
      retryable,
    );
  if (outcome === AVERROR_HTTP_NOT_FOUND)
    return new RoadstreamError(
      'SOURCE_NOT_FOUND',
      `${shown} knows nothing under this path; take the path from the camera's manual.`,
      retryable,
    );
  if (outcome === AVERROR_INVALIDDATA) return invalid(shown, 'answers, but not as an RTSP camera does; check the port');
  return new RoadstreamError(
    'SOURCE_UNREACHABLE',
    `${shown} cannot be reached (${FFmpegError.strerror(outcome)}); check that the camera is on, its address and its port.`,
    retryable,
  );
}

function readFailure(outcome: Exclude<Outcome, 'aborted'>, shown: string): RoadstreamError {
  const retryable = { retryable: true };
  if (outcome === 'late')
    return new RoadstreamError(
      'SOURCE_STALLED',
      `${shown} is connected but has sent no picture for ${stallTimeoutMs / 1000} s; if this repeats, restart the camera, or try the other transport (tcp, udp).`,
      retryable,
    );
  if (outcome === AVERROR_INVALIDDATA) return invalid(shown, 'sends what is no video');
  return new RoadstreamError('SOURCE_ENDED', `${shown} has ended the connection (${FFmpegError.strerror(outcome)}).`, retryable);
}

function invalid(shown: string, how: string): RoadstreamError {
  return new RoadstreamError('SOURCE_INVALID', `${shown} ${how}.`, { retryable: true });
}
