import { WebSocket } from 'ws';
import type { LiveMessage } from '../../schemas/live.ts';

/** What may wait for a viewer before it misses something newer: a second of perceptions, or two large pictures. */
const replaceableBytes = 512 * 1024;
/** Tens of thousands of alerts: whoever leaves these unread does not read any more. */
const hopelessBytes = 8 * 1024 * 1024;

export interface Subscribed {
  /** Only for pictures: the shortest time between two, microseconds, and when the newest one sent was taken. */
  readonly intervalUs: number;
  lastUs: number;
  /** Only for streams: what was last said of each. */
  readonly said: Map<string, string>;
  end(): void;
}

/** One WebSocket. A slow one misses replaceable messages; the others it gets, or is cut off. */
export class LiveViewer {
  readonly subscribed = new Map<string, Subscribed>();
  readonly #socket: WebSocket;
  readonly #onSent: (bytes: number) => void;
  readonly #onDropped: (channel: string) => void;
  #isAlive = true;

  constructor(socket: WebSocket, onSent: (bytes: number) => void, onDropped: (channel: string) => void) {
    this.#socket = socket;
    this.#onSent = onSent;
    this.#onDropped = onDropped;
    socket.on('pong', () => {
      this.#isAlive = true;
    });
  }

  /** Sends what the next message replaces. @returns Whether it was sent; not to a viewer that has much unread. */
  offer(channel: string, message: string | Buffer): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > replaceableBytes) {
      this.#onDropped(channel);
      return false;
    }
    this.#send(message);
    return true;
  }

  /** Sends what must not be missed; a viewer that leaves too much of it unread is cut off and so knows. */
  deliver(message: LiveMessage): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    if (this.#socket.bufferedAmount > hopelessBytes) this.#socket.terminate();
    else this.#send(JSON.stringify(message));
  }

  /** Cuts the viewer off if it has not answered the last call. */
  ping(): void {
    if (!this.#isAlive) {
      this.#socket.terminate();
      return;
    }
    this.#isAlive = false;
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  end(): void {
    for (const subscribed of this.subscribed.values()) subscribed.end();
    this.subscribed.clear();
  }

  #send(message: string | Buffer): void {
    this.#onSent(message.length);
    // An error also closes the socket, which is where it is dealt with.
    this.#socket.send(message, () => undefined);
  }
}
