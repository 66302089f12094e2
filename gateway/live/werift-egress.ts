import { RTCPeerConnection, RTCRtpCodecParameters, RTCRtpHeaderExtensionParameters } from 'werift';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import type { CloseReason, Egress, EgressOptions, Feed, Viewer } from './egress.ts';
import { profileLevelId } from './rtp/h264.ts';
import { narrowOffer, playoutDelayUri } from './sdp.ts';
import { WeriftSender } from './werift-sender.ts';

/** One core's worth: a viewer of 2 Mbit/s takes about 2 % of one. */
const defaultMaximumViewers = 50;
/** A browser connects within a second, over a poor mobile link within ten. */
const defaultConnectTimeoutMs = 15_000;
/** Ten reports of Chromium's, which a tab in the background sends, too. */
const defaultSilenceTimeoutMs = 10_000;

/** WebRTC in TypeScript alone: one peer a viewer. */
export function createWeriftEgress(options: EgressOptions): Egress {
  const { log, maximumViewers = defaultMaximumViewers } = options;
  const viewers = new Set<WeriftViewer>();
  let isClosed = false;
  return {
    codecs: ['h264'],
    get viewers() {
      return viewers.size;
    },
    async open(offer, feed) {
      const profile = feed.keyframe && profileLevelId(feed.keyframe.payload);
      if (!profile)
        throw new RoadstreamError('SOURCE_STALLED', 'The camera has sent no keyframe yet; try again in a second.', { retryable: true });
      const narrowed = narrowOffer(offer, profile);
      if (isClosed || viewers.size >= maximumViewers) {
        throw new RoadstreamError(
          'OVERLOADED',
          `${viewers.size} viewers are served already, and no more than ${maximumViewers} at once; close one and try again.`,
          { retryable: true },
        );
      }
      const viewer = new WeriftViewer(options);
      viewers.add(viewer);
      viewer.closed.then((reason) => {
        viewers.delete(viewer);
        log.debug({ reason }, 'viewer left');
      });
      try {
        viewer.answer = narrowed.complete(await viewer.accept(narrowed.offer, feed));
        return viewer;
      } catch (cause) {
        await viewer.close();
        const { message } = asRoadstreamError(cause);
        throw new RoadstreamError('REQUEST_INVALID', `The SDP offer cannot be answered: ${message}.`, { cause });
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...viewers].map((viewer) => viewer.close()));
    },
  };
}

class WeriftViewer implements Viewer {
  answer = '';
  readonly closed: Promise<CloseReason>;
  readonly #options: EgressOptions;
  readonly #peer: RTCPeerConnection;
  readonly #resolveClosed: (reason: CloseReason) => void;
  #sender: WeriftSender | undefined;
  #deadline: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  constructor(options: EgressOptions) {
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#options = options;
    this.#peer = new RTCPeerConnection({
      codecs: { audio: [], video: [new RTCRtpCodecParameters({ mimeType: 'video/H264', clockRate: 90_000 })] },
      headerExtensions: { audio: [], video: [new RTCRtpHeaderExtensionParameters({ uri: playoutDelayUri })] },
      iceServers: [],
      iceUseIpv4: options.addresses === undefined,
      iceUseIpv6: options.addresses === undefined,
      iceAdditionalHostAddresses: [...(options.addresses ?? ['127.0.0.1'])],
    });
    this.#deadline = setTimeout(() => this.#end('never-connected'), options.connectTimeoutMs ?? defaultConnectTimeoutMs);
  }

  async accept(offer: string, feed: Feed): Promise<string> {
    const { sender } = this.#peer.addTransceiver('video', { direction: 'sendonly' });
    this.#peer.connectionStateChange.subscribe((state) => {
      if (state === 'connected') {
        this.#alive();
        this.#sender?.start();
      } else if (state === 'closed') this.#end('asked');
      else if (state === 'failed') this.#end('lost');
    });
    // Every report counts: those of a player that gets nothing, because the camera is silent, name no sender.
    sender.dtlsTransport.onRtcp.subscribe(() => this.#alive());
    await this.#peer.setRemoteDescription({ type: 'offer', sdp: offer });
    const extension = this.#peer.getTransceivers()[0]?.headerExtensions.find(({ uri }) => uri === playoutDelayUri);
    this.#sender = new WeriftSender({
      sender,
      feed,
      canonicalName: this.#peer.cname,
      playoutDelayId: extension?.id,
      onSent: this.#options.onSent ?? (() => undefined),
    });
    await this.#peer.setLocalDescription(await this.#peer.createAnswer());
    return this.#peer.localDescription!.sdp;
  }

  #alive(): void {
    clearTimeout(this.#deadline);
    if (this.#closing) return;
    this.#deadline = setTimeout(() => this.#end('lost'), this.#options.silenceTimeoutMs ?? defaultSilenceTimeoutMs);
  }

  close(): Promise<void> {
    return this.#end('asked');
  }

  #end(reason: CloseReason): Promise<void> {
    if (this.#closing) return this.#closing;
    // Before anything else: closing the peer comes back here.
    this.#closing = this.closed.then(() => undefined);
    clearTimeout(this.#deadline);
    this.#sender?.stop();
    void this.#peer.close().finally(() => this.#resolveClosed(reason));
    return this.#closing;
  }
}
