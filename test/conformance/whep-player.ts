import {
  GenericNack,
  PictureLossIndication,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtcpPayloadSpecificFeedback,
  RtcpTransportLayerFeedback,
  type RtpPacket,
} from 'werift';
import { depacketizeH264 } from '../gateway/depacketize-h264.ts';
import { eventually } from '../support/eventually.ts';

export interface PlayedPicture {
  readonly timestamp: number;
  readonly nalUnits: readonly Buffer[];
}

/** A viewer for tests: notes every RTP packet, and can ask again for what it has. */
export class WhepPlayer {
  readonly packets: RtpPacket[] = [];
  readonly #peer = new RTCPeerConnection({
    codecs: {
      audio: [],
      video: [
        new RTCRtpCodecParameters({
          mimeType: 'video/H264',
          clockRate: 90_000,
          payloadType: 102,
          rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }],
          parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
        }),
      ],
    },
    iceServers: [],
    iceUseIpv4: false,
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });

  async offer(): Promise<string> {
    this.#peer.addTransceiver('video', { direction: 'recvonly' });
    this.#peer.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => void this.packets.push(packet)));
    await this.#peer.setLocalDescription(await this.#peer.createOffer());
    return this.#peer.localDescription!.sdp;
  }

  async accept(answer: string): Promise<void> {
    await this.#peer.setRemoteDescription({ type: 'answer', sdp: answer });
    await eventually('the player is connected', () => this.#peer.connectionState === 'connected');
  }

  /** Complete pictures so far. */
  get pictures(): PlayedPicture[] {
    const pictures: PlayedPicture[] = [];
    let payloads: Buffer[] = [];
    for (const { header, payload } of this.packets) {
      payloads.push(payload);
      if (!header.marker) continue;
      pictures.push({ timestamp: header.timestamp, nalUnits: depacketizeH264(payloads) });
      payloads = [];
    }
    return pictures;
  }

  async askAgain(sequenceNumber: number): Promise<void> {
    const feedback = new GenericNack({ senderSsrc: 1, mediaSourceSsrc: this.#ssrc, lost: [sequenceNumber] });
    await this.#peer.dtlsTransports[0]!.sendRtcp([new RtcpTransportLayerFeedback({ feedback })]);
  }

  async askForKeyframe(): Promise<void> {
    const feedback = new PictureLossIndication({ senderSsrc: 1, mediaSsrc: this.#ssrc });
    await this.#peer.dtlsTransports[0]!.sendRtcp([new RtcpPayloadSpecificFeedback({ feedback })]);
  }

  /** Goes without a word, as when the power fails: werift sends no farewell. */
  async vanish(): Promise<void> {
    await this.#peer.close();
  }

  get #ssrc(): number {
    return this.packets[0]!.header.ssrc;
  }
}
