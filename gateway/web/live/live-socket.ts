import type { LiveMessage, LiveRequest } from '../../../schemas/live.ts';
import { retryDelayMs } from './backoff.ts';
import { type LiveFrame, parseLiveFrame } from './live-frame.ts';

export type SocketState = 'connecting' | 'open' | 'lost';

export interface LiveSocketEvents {
  onState(state: SocketState): void;
  onMessage(message: LiveMessage): void;
  onFrame(frame: LiveFrame): void;
}

/** After this silence the gateway is asked for a sign of life. */
const silenceMs = 8000;
/** And given up when none comes: a network that is gone says nothing for minutes otherwise. */
const answerMs = 4000;
/** A gateway that has just started may not know a stream yet: what it refused is asked for again after this. */
const refusedMs = 1000;

/** The WebSocket at /api/v3/live: comes back by itself, and subscribes again to all that is wanted. */
export class LiveSocket {
  readonly #url: string;
  readonly #events: LiveSocketEvents;
  readonly #wanted = new Map<string, LiveRequest>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isClosed = false;

  constructor(url: string, events: LiveSocketEvents) {
    this.#url = url;
    this.#events = events;
  }

  /** Connects; also at once, when a next attempt is being waited for. */
  connect(): void {
    if (this.#isClosed || (this.#socket && this.#socket.readyState <= WebSocket.OPEN)) return;
    clearTimeout(this.#timer);
    this.#events.onState(this.#failures === 0 ? 'connecting' : 'lost');
    const socket = new WebSocket(this.#url);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      for (const request of this.#wanted.values()) this.#send(request);
      this.#listen(socket);
      this.#events.onState('open');
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      this.#listen(socket);
      if (typeof data === 'string') {
        const message = JSON.parse(data) as LiveMessage;
        if (message.type === 'error' && message.channel) this.#askAgain(message.channel);
        this.#events.onMessage(message);
      } else {
        const frame = parseLiveFrame(data);
        if (frame) this.#events.onFrame(frame);
      }
    };
    socket.onclose = () => this.#lose(socket);
  }

  /** Channels stay subscribed across connections until they are unsubscribed. */
  subscribe(channel: string, wish: { readonly framesPerSecond?: number; readonly width?: number } = {}): void {
    const request: LiveRequest = { type: 'subscribe', channel, ...wish };
    this.#wanted.set(channel, request);
    this.#send(request);
  }

  unsubscribe(channel: string): void {
    if (this.#wanted.delete(channel)) this.#send({ type: 'unsubscribe', channel });
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #send(request: LiveRequest): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(request));
  }

  #askAgain(channel: string): void {
    setTimeout(() => {
      const request = this.#wanted.get(channel);
      if (request) this.#send(request);
    }, refusedMs);
  }

  /** A page cannot send WebSocket pings, so a subscription that exists already is asked for again: it is acknowledged. */
  #listen(socket: WebSocket): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const [any] = this.#wanted.values();
      if (!any) return this.#listen(socket);
      this.#send(any);
      this.#timer = setTimeout(() => this.#lose(socket), answerMs);
    }, silenceMs);
  }

  /** Does not wait for the closing handshake, which a dead network never answers. */
  #lose(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    socket.onclose = socket.onmessage = null;
    socket.close();
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#failures++;
    this.#events.onState('lost');
    this.#timer = setTimeout(() => this.connect(), retryDelayMs(this.#failures, Math.random()));
  }
}
