import {
  type RTCRtpSender,
  RtcpSenderInfo,
  RtcpSourceDescriptionPacket,
  RtcpSrPacket,
  RtpHeader,
  SourceDescriptionChunk,
  SourceDescriptionItem,
} from 'werift';
import type { AccessUnit } from '../../schemas/messages.ts';
import type { Feed } from './egress.ts';
import { packetizeH264 } from './rtp/h264.ts';

/** What goes out at once: Chromium asks for a receive buffer of 64 KiB (services/network/p2p/socket_udp.cc), and more would overrun it. */
const packetsAtOnce = 20;
/** Pause between two such bursts; together about 96 Mbit/s. */
const burstPauseMs = 2;
/** Sent packets kept for retransmission: about 1.2 MB, several seconds of video. A power of two. */
const historyPackets = 1024;
/** Sender reports, as often as receivers send theirs. Source: RFC 3550, 6.2 with video's rates. */
const reportEveryMs = 1_000;
/** RFC 3550, 6.5.1: every compound report must carry it. */
const sdesCanonicalName = 1;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const ntpEpochSeconds = 2_208_988_800n;
/** A keyframe that is asked for comes by itself within this time from most cameras; only then is the group sent again. */
const recoverAfterUs = 1_000_000;
/**
 * Hold back 0 to 500 ms (in units of 10 ms): Chromium then shows each picture at once, as it does for any maximum up to 500,
 * unless the page sets jitterBufferTarget. With 0 to 0 it would not heed the page. Source: libwebrtc, modules/video_coding/timing.
 */
const playoutDelay = Buffer.from([0, 0, 50]);
/** From one picture to the next, 90 kHz: a second at most, and 30 a second where it cannot be told. */
const longestInterval = 90_000;
const defaultInterval = 3_000;

/** Payloads are cut once, however many viewers there are, and not at all while there is none. */
const packetized = new WeakMap<AccessUnit, readonly Buffer[]>();

function payloadsOf(unit: AccessUnit): readonly Buffer[] {
  let payloads = packetized.get(unit);
  if (!payloads) {
    payloads = packetizeH264(unit.payload);
    packetized.set(unit, payloads);
  }
  return payloads;
}

export interface WeriftSenderOptions {
  readonly sender: RTCRtpSender;
  readonly feed: Feed;
  /** Names the sender in its reports. */
  readonly canonicalName: string;
  /** Negotiated id of that header extension, if any. */
  readonly playoutDelayId: number | undefined;
  readonly onSent: (bytes: number) => void;
}

/**
 * Sends one viewer a feed as RTP. It does the numbering, retransmission and reports itself: werift's own sender takes 1.8 times the CPU
 * a packet, remembers 128 packets (less than one keyframe), and writes wrong NTP times.
 */
export class WeriftSender {
  readonly #sender: RTCRtpSender;
  readonly #feed: Feed;
  readonly #canonicalName: string;
  readonly #header: RtpHeader;
  readonly #history: { sequenceNumber: number; bytes: Buffer }[] = [];
  readonly #onSent: (bytes: number) => void;
  #unsubscribe: (() => void) | undefined;
  #reports: NodeJS.Timeout | undefined;
  #pause: NodeJS.Timeout | undefined;
  #queue: { readonly unit: AccessUnit; readonly timestamp: number }[] = [];
  /** Payloads of the queue's first unit that have gone out. */
  #begun = 0;
  /** Packets that may go out before the pause is over. */
  #budget = packetsAtOnce;
  #needsKeyframe = true;
  #caughtUpAtUs = 0;
  #newest: AccessUnit | undefined;
  #packets = 0;
  #octets = 0;

  constructor({ sender, feed, canonicalName, playoutDelayId, onSent }: WeriftSenderOptions) {
    this.#sender = sender;
    this.#feed = feed;
    this.#canonicalName = canonicalName;
    this.#onSent = onSent;
    this.#header = new RtpHeader({
      ssrc: sender.ssrc,
      payloadType: sender.codec!.payloadType,
      // Below 2^15, as libsrtp asks for: a loss before the first packet must not look like a rollover.
      sequenceNumber: Math.floor(Math.random() * 0x7fff),
      ...(playoutDelayId === undefined ? {} : { extension: true, extensions: [{ id: playoutDelayId, payload: playoutDelay }] }),
    });
    sender.rtcpRunning = true; // Keeps werift from sending reports of its own.
    sender.onGenericNack.subscribe(({ lost }) => this.#retransmit(lost));
    sender.onPictureLossIndication.subscribe(() => this.#recover());
  }

  /** Begins with the newest group of pictures, so that the first one is seen at once, and goes on with what comes. */
  start(): void {
    this.#catchUp();
    this.#unsubscribe = this.#feed.subscribe((unit) => this.#push(unit));
    this.#reports = setInterval(() => this.#report(), reportEveryMs);
  }

  stop(): void {
    this.#unsubscribe?.();
    clearInterval(this.#reports);
    clearTimeout(this.#pause);
    this.#queue = [];
  }

  /**
   * Queues the newest group. Its pictures go out within milliseconds, so they get timestamps that are close together, too: with their
   * own, a player would take the camera for seconds fast, and its clock needs as long to settle. None equals another picture's.
   */
  #catchUp(): void {
    const { group } = this.#feed;
    const newest = group.at(-1);
    if (!newest) return;
    const before = group.at(-2);
    const interval = before ? (newest.rtpTimestamp - before.rtpTimestamp) >>> 0 : 0;
    const half = (interval > 0 && interval < longestInterval ? interval : defaultInterval) >>> 1;
    const step = Math.max(1, Math.floor(half / group.length));
    // What has been sent lies at or before the newest one: then these follow it, else they lead up to it.
    const end = newest.rtpTimestamp + (this.#needsKeyframe ? 0 : half);
    this.#queue.splice(this.#begun > 0 ? 1 : 0);
    for (const [index, unit] of group.entries()) this.#queue.push({ unit, timestamp: (end - step * (group.length - 1 - index)) >>> 0 });
    this.#needsKeyframe = false;
    this.#caughtUpAtUs = newest.capturedAtUs;
    this.#drain();
  }

  #push(unit: AccessUnit): void {
    if (unit.isKeyframe) {
      // Whoever is a whole group behind goes on from here.
      this.#queue.splice(this.#begun > 0 ? 1 : 0);
      this.#needsKeyframe = false;
    }
    if (this.#needsKeyframe) return;
    this.#queue.push({ unit, timestamp: unit.rtpTimestamp });
    this.#drain();
  }

  #drain(): void {
    for (let next = this.#queue[0]; next; next = this.#queue[0]) {
      const payloads = payloadsOf(next.unit);
      while (this.#begun < payloads.length) {
        if (this.#budget === 0) return;
        this.#budget--;
        this.#pause ??= setTimeout(() => {
          this.#pause = undefined;
          this.#budget = packetsAtOnce;
          this.#drain();
        }, burstPauseMs);
        const payload = payloads[this.#begun++]!;
        this.#send(payload, next.timestamp, this.#begun === payloads.length);
      }
      this.#newest = next.unit;
      this.#queue.shift();
      this.#begun = 0;
    }
  }

  #send(payload: Buffer, timestamp: number, marker: boolean): void {
    const header = this.#header;
    header.sequenceNumber = (header.sequenceNumber + 1) & 0xffff;
    header.timestamp = timestamp;
    header.marker = marker;
    const bytes = this.#sender.dtlsTransport.srtp.encrypt(payload, header);
    // Kept encrypted: encrypting an old number again after the numbers have rolled over would use another packet's key stream.
    this.#history[header.sequenceNumber % historyPackets] = { sequenceNumber: header.sequenceNumber, bytes };
    this.#packets++;
    this.#octets += payload.length;
    this.#transmit(bytes);
  }

  #transmit(bytes: Buffer): void {
    this.#onSent(bytes.length);
    // A datagram that cannot go is a lost one, and recovered as such.
    this.#sender.dtlsTransport.iceTransport.connection.send(bytes).catch(() => undefined);
  }

  #retransmit(lost: readonly number[]): void {
    for (const sequenceNumber of lost) {
      const sent = this.#history[sequenceNumber % historyPackets];
      if (sent?.sequenceNumber === sequenceNumber) this.#transmit(sent.bytes);
    }
  }

  #recover(): void {
    const [keyframe] = this.#feed.group;
    const newest = this.#feed.group.at(-1);
    if (keyframe && newest && newest.capturedAtUs - Math.max(keyframe.capturedAtUs, this.#caughtUpAtUs) > recoverAfterUs) this.#catchUp();
  }

  #report(): void {
    const unit = this.#newest;
    if (!unit) return;
    const us = BigInt(unit.capturedAtUs);
    const ntpTimestamp = ((us / 1_000_000n + ntpEpochSeconds) << 32n) + ((us % 1_000_000n) << 32n) / 1_000_000n;
    const senderInfo = new RtcpSenderInfo({
      ntpTimestamp,
      rtpTimestamp: unit.rtpTimestamp,
      packetCount: this.#packets >>> 0,
      octetCount: this.#octets >>> 0,
    });
    const { ssrc } = this.#sender;
    const name = new SourceDescriptionItem({ type: sdesCanonicalName, text: this.#canonicalName });
    const packets = [
      new RtcpSrPacket({ ssrc, senderInfo }),
      new RtcpSourceDescriptionPacket({ chunks: [new SourceDescriptionChunk({ source: ssrc, items: [name] })] }),
    ];
    this.#sender.dtlsTransport.sendRtcp(packets).catch(() => undefined);
  }
}
