import { nowUs } from '../../platform/clock.ts';

/** How late a sleeper may be woken at most, milliseconds: an eighth of the time between two pictures at 30 a second. */
const tickMs = 4;

interface Sleeper {
  readonly dueUs: number;
  readonly signal: AbortSignal;
  readonly wake: () => void;
}

/** One timer for everybody who waits for a moment: hundreds of streams at 30 pictures a second would each set as many. */
export class Pacer {
  readonly #sleepers = new Set<Sleeper>();
  #timer: NodeJS.Timeout | undefined;

  /** Resolves when the time has come, UTC µs, or soon after `signal` is aborted. */
  until(dueUs: number, signal: AbortSignal): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.add({ dueUs, signal, wake });
      this.#timer ??= setInterval(() => this.#tick(), tickMs);
    });
  }

  #tick(): void {
    const now = nowUs();
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueUs > now && !sleeper.signal.aborted) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    if (this.#sleepers.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
