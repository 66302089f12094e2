import { Worker } from 'node:worker_threads';
import type { SimulationRequest } from './address.ts';
import type { EncodedPicture } from './encoder.ts';

/** What the studio's thread is given. */
export interface StudioOrder {
  readonly scenario: string;
  readonly stamp: SimulationRequest['stamp'];
  readonly loop: boolean;
}

/** A picture as it crosses threads, where a Buffer becomes a Uint8Array. */
export interface StudioPicture extends Omit<EncodedPicture, 'payload'> {
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly capturedAtUs: number;
  readonly width: number;
  readonly height: number;
}

/** What the studio's thread is told: that one more picture has been read, or to end. */
export type StudioRequest = 'taken' | 'stop';

/** A thread that draws and encodes a drive at the pace of the wall clock, so that neither holds up the event loop. */
export class Studio {
  readonly #worker: Worker;
  readonly #waiting: StudioPicture[] = [];
  readonly #exited: Promise<void>;
  #hasEnded = false;
  #failure: unknown;
  #wake = (): void => {};

  constructor({ scenario, stamp, loop }: SimulationRequest) {
    const workerData: StudioOrder = { scenario: scenario.name, stamp, loop };
    this.#worker = new Worker(new URL('./studio-worker.ts', import.meta.url), { workerData, name: 'simulator' });
    this.#worker.on('message', (picture: StudioPicture) => {
      this.#waiting.push(picture);
      this.#wake();
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
    });
    this.#exited = new Promise((resolve) =>
      this.#worker.once('exit', () => {
        this.#hasEnded = true;
        this.#wake();
        resolve();
      }),
    );
  }

  /** The pictures, until the drive ends or `signal` stops it. */
  async *pictures(
    signal: AbortSignal,
  ): AsyncGenerator<EncodedPicture & Pick<StudioPicture, 'capturedAtUs' | 'width' | 'height'>, void, undefined> {
    const onAbort = (): void => this.#wake();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      while (!signal.aborted) {
        const picture = this.#waiting.shift();
        if (picture) {
          const { buffer, byteLength } = picture.payload;
          yield { ...picture, payload: Buffer.from(buffer, 0, byteLength) };
          this.#tell('taken');
        } else if (this.#hasEnded) {
          if (this.#failure !== undefined) throw this.#failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Ends the thread; resolves when it is gone. */
  async close(): Promise<void> {
    this.#tell('stop');
    await this.#exited;
  }

  #tell(request: StudioRequest): void {
    this.#worker.postMessage(request);
  }
}
