import { retryDelayMs } from './backoff.ts';

/** An answer later than this comes from a gateway that hangs. */
const answerMs = 8000;
/** ICE calls a connection disconnected after some seconds of silence; it may come back by itself for this long. */
const disconnectedMs = 2000;
/** Connected, and yet no first frame: longer than two keyframe intervals of a usual camera. */
const firstFrameMs = 6000;

export interface WhepPlayerEvents {
  /** The stream cannot be had now; it is tried again by itself. */
  onFailure(message: string): void;
}

/** Plays one stream over WHEP (RFC 9725 draft) in a video element: receives only, no trickling, comes back by itself. */
export class WhepPlayer {
  readonly #video: HTMLVideoElement;
  readonly #url: string;
  readonly #events: WhepPlayerEvents;
  #session: Session | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #jitterBufferTargetMs = 0;
  #isClosed = false;

  constructor(video: HTMLVideoElement, url: string, events: WhepPlayerEvents) {
    this.#video = video;
    this.#url = url;
    this.#events = events;
  }

  /** Connects anew, in place of a connection that there is. */
  connect(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#session?.close();
    const session = new Session(this.#url, (message) => this.#fail(session, message));
    this.#session = session;
    session.receiver.jitterBufferTarget = this.#jitterBufferTargetMs;
    this.#video.srcObject = session.stream;
    void session.open();
    this.#timer = setTimeout(() => this.#fail(session, 'Connected, but no picture came.'), answerMs + firstFrameMs);
  }

  /** The caller sees frames: the connection is good. */
  confirmFrame(): void {
    clearTimeout(this.#timer);
    this.#failures = 0;
  }

  /** How long each frame is kept back before it is shown, in milliseconds; 0 shows it at once. */
  set jitterBufferTargetMs(ms: number) {
    this.#jitterBufferTargetMs = ms;
    if (this.#session) this.#session.receiver.jitterBufferTarget = ms;
  }

  get jitterBufferTargetMs(): number {
    return this.#jitterBufferTargetMs;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#session?.close();
    this.#video.srcObject = null;
  }

  #fail(session: Session, message: string): void {
    if (this.#isClosed || session !== this.#session) return;
    session.close();
    this.#failures++;
    this.#events.onFailure(message);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connect(), retryDelayMs(this.#failures, Math.random()));
  }
}

/** One WHEP session, from the offer to the DELETE. */
class Session {
  readonly receiver: RTCRtpReceiver;
  readonly stream: MediaStream;
  readonly #connection = new RTCPeerConnection();
  readonly #url: string;
  readonly #abort = new AbortController();
  readonly #onEnd: (message: string) => void;
  #resource: string | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, onEnd: (message: string) => void) {
    this.#url = url;
    this.#onEnd = onEnd;
    this.receiver = this.#connection.addTransceiver('video', { direction: 'recvonly' }).receiver;
    this.stream = new MediaStream([this.receiver.track]);
    this.#connection.onconnectionstatechange = () => this.#judgeConnection();
  }

  async open(): Promise<void> {
    try {
      await this.#connection.setLocalDescription();
      // The gateway finds this browser by its connectivity checks: gathering candidates first would cost 130 ms.
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/sdp' },
        body: this.#connection.localDescription!.sdp,
        signal: AbortSignal.any([this.#abort.signal, AbortSignal.timeout(answerMs)]),
      });
      const location = response.headers.get('location');
      if (location) this.#resource = new URL(location, response.url).href;
      const answer = await response.text();
      if (this.#abort.signal.aborted) return this.#release();
      if (!response.ok) throw new Error(refusal(answer, response.status));
      await this.#connection.setRemoteDescription({ type: 'answer', sdp: answer });
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#onEnd(error instanceof TypeError ? 'The gateway cannot be reached.' : (error as Error).message);
    }
  }

  close(): void {
    clearTimeout(this.#silence);
    this.#abort.abort();
    this.#connection.close();
    this.#release();
  }

  /** Survives the page: a gateway should not send to a viewer that has left. */
  #release(): void {
    if (this.#resource) void fetch(this.#resource, { method: 'DELETE', keepalive: true }).catch(() => {});
    this.#resource = undefined;
  }

  #judgeConnection(): void {
    clearTimeout(this.#silence);
    const state = this.#connection.connectionState;
    if (state === 'failed' || state === 'closed') this.#onEnd('The connection to the gateway broke off.');
    if (state === 'disconnected') this.#silence = setTimeout(() => this.#onEnd('The connection to the gateway broke off.'), disconnectedMs);
  }
}

/** The gateway's errors are JSON with a message that says what to do. */
function refusal(body: string, status: number): string {
  try {
    return (JSON.parse(body) as { error: { message: string } }).error.message;
  } catch {
    return `The gateway answered ${status}.`;
  }
}

/** Whether this browser decodes the codec over WebRTC. @param codec As a stream names it: h264, vp8, … */
export function canReceive(codec: string): boolean {
  const codecs = globalThis.RTCRtpReceiver?.getCapabilities('video')?.codecs ?? [];
  return codecs.some(({ mimeType }) => mimeType.toLowerCase() === `video/${codec}`);
}
