import type { StreamView } from '../../schemas/live.ts';
import type { AccessUnit, AnalysisStatus, Perception, StreamStatus } from '../../schemas/messages.ts';
import { FanOut } from './fan-out.ts';

/** What the analysis figures look back on, and the most perceptions kept for it a stream (60 a second). */
const windowUs = 3_000_000;
const windowPerceptions = 180;

interface Analysed {
  readonly atUs: number;
  readonly latencyMs: number;
}

/** How each camera is: its newest status, what its processor says, and what its perceptions of the last seconds say about the analysis. */
export class StreamState {
  /** Each new status. */
  readonly changed = new FanOut<StreamView>();
  readonly #playable: readonly AccessUnit['codec'][];
  readonly #nowUs: () => number;
  readonly #statuses = new Map<string, StreamStatus>();
  readonly #analyses = new Map<string, AnalysisStatus>();
  readonly #analysed = new Map<string, Analysed[]>();

  /**
   * @param playable Codecs that viewers can be sent over WebRTC.
   * @param nowUs Wall clock, microseconds.
   */
  constructor(playable: readonly AccessUnit['codec'][], nowUs: () => number) {
    this.#playable = playable;
    this.#nowUs = nowUs;
  }

  update(status: StreamStatus): void {
    this.#statuses.set(status.streamId, status);
    this.#tell(status.streamId);
  }

  remove(streamId: string): void {
    this.#statuses.delete(streamId);
    this.#analyses.delete(streamId);
    this.#analysed.delete(streamId);
  }

  /** The processor may speak before the camera's side does. */
  updateAnalysis(analysis: AnalysisStatus): void {
    this.#analyses.set(analysis.streamId, analysis);
    this.#tell(analysis.streamId);
  }

  removeAnalysis(streamId: string): void {
    this.#analyses.delete(streamId);
    this.#tell(streamId);
  }

  see(perception: Perception): void {
    const { streamId, capturedAtUs, timing } = perception;
    const analysed = this.#analysed.get(streamId) ?? [];
    this.#analysed.set(streamId, analysed);
    analysed.push({ atUs: this.#nowUs(), latencyMs: (timing.publishedAtUs - capturedAtUs) / 1000 });
    if (analysed.length > windowPerceptions) analysed.shift();
  }

  has(streamId: string): boolean {
    return this.#statuses.has(streamId);
  }

  /** Whether a camera is announced as one of this vehicle. */
  hasVehicle(vehicleId: string): boolean {
    return [...this.#statuses.values()].some((status) => status.vehicleId === vehicleId);
  }

  /** The camera's present connection, as its own side says. */
  epochOf(streamId: string): number | null {
    return this.#statuses.get(streamId)?.epoch ?? null;
  }

  /** Every stream, in the order in which they were first announced. */
  get views(): StreamView[] {
    return [...this.#statuses.values()].map((status) => this.#view(status));
  }

  view(streamId: string): StreamView | undefined {
    const status = this.#statuses.get(streamId);
    return status && this.#view(status);
  }

  #tell(streamId: string): void {
    const view = this.view(streamId);
    if (view) this.changed.emit(view);
  }

  #view(status: StreamStatus): StreamView {
    const since = this.#nowUs() - windowUs;
    const recent = (this.#analysed.get(status.streamId) ?? []).filter(({ atUs }) => atUs >= since);
    const spanUs = recent.length > 1 ? recent.at(-1)!.atUs - recent[0]!.atUs : 0;
    const latencies = recent.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
    return {
      ...status,
      analysedFramesPerSecond: spanUs > 0 ? round(((recent.length - 1) * 1e6) / spanUs) : 0,
      perceptionLatencyMs: latencies.length > 0 ? round(latencies[latencies.length >> 1]!) : null,
      analysis: this.#analyses.get(status.streamId) ?? null,
      canPlay: this.#playable.some((codec) => codec === status.codec),
    };
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
