import '../../platform/ffmpeg.ts';
import { AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { Dictionary, FormatContext, Packet, type Stream } from 'node-av/lib';

/** `late`: not done in time. `aborted`: the signal came first. Else FFmpeg's return code, negative for an error. */
export type Outcome = number | 'late' | 'aborted';

/** How long closing waits for a call that ignores its interruption (a name being resolved); it is cleaned up when it returns. */
const closePatienceMs = 1000;

/** One input of FFmpeg, read packet by packet. Every call ends in time or with the signal; what it holds is freed on every path. */
export class NativeInput implements AsyncDisposable {
  readonly packet = new Packet();
  readonly #context = new FormatContext();
  readonly #signal: AbortSignal;
  #pending: Promise<unknown> = Promise.resolve();
  #abandon: () => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    this.packet.alloc();
    // Without it, FFmpeg makes its own context when opening, which cannot be interrupted.
    this.#context.allocContext();
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  async open(url: string, options: Readonly<Record<string, string>>, deadlineMs: number): Promise<Outcome> {
    using dictionary = Dictionary.fromObject(options);
    return await this.#within(deadlineMs, () => this.#context.openInput(url, null, dictionary));
  }

  /** Puts the next packet into `packet`. */
  read(deadlineMs: number): Promise<Outcome> {
    this.packet.unref();
    return this.#within(deadlineMs, () => this.#context.readFrame(this.packet));
  }

  videoStream(): Stream | undefined {
    return this.#context.streams.find((stream) => stream.codecpar.codecType === AVMEDIA_TYPE_VIDEO);
  }

  /** How an RTSP camera's description (SDP) calls the codec of its video, for example `H264/90000`. */
  rtspCodecName(): string | undefined {
    return this.#context.getRTSPStreamInfo()?.find(({ mediaType }) => mediaType === 'video')?.mimeType;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener('abort', this.#onAbort);
    this.#context.interrupt();
    const closed = this.#pending.then(async () => {
      await this.#context.closeInput();
      this.packet.free();
    });
    const { promise: waitedEnough, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, closePatienceMs);
    await Promise.race([closed, waitedEnough]);
    clearTimeout(timer);
  }

  readonly #onAbort = () => {
    this.#context.interrupt();
    this.#abandon();
  };

  #within(deadlineMs: number, call: () => Promise<number>): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    if (this.#signal.aborted) return Promise.resolve('aborted');
    this.#abandon = () => resolve('aborted');
    const timer = setTimeout(() => {
      this.#context.interrupt();
      resolve('late');
    }, deadlineMs);
    this.#pending = call()
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
    return promise.finally(() => clearTimeout(timer));
  }
}
