import type { TextModels } from '../../models/text.ts';
import type { StreamConfiguration } from '../../schemas/configuration.ts';
import { nothingRead, type ReadingsState, stepReadings } from '../core/scanner/readings.ts';
import type { Picture } from '../stages/decoder.ts';
import { TextReader } from '../stages/text.ts';
import type { Frame, Judgement, Senses } from './senses.ts';

export interface ScannerSensesOptions {
  readonly stream: StreamConfiguration;
  readonly text: TextModels;
}

/** What is written in the pictures: reads it, and keeps one reading of what is seen again and again. */
export class ScannerSenses implements Senses {
  readonly modelSet: string;
  readonly stateVersion = 2;
  readonly isInDanger = false;
  readonly idsGiven = 0;
  readonly attention = null;
  readonly #options: ScannerSensesOptions;
  #reader: { readonly key: string; readonly stage: TextReader } | undefined;
  #state: ReadingsState = nothingRead;

  constructor(options: ScannerSensesOptions) {
    this.#options = options;
    this.modelSet = options.text.modelSet;
  }

  take(picture: Picture): void {
    this.#readerFor(picture).take(picture);
  }

  async judge(frame: Frame): Promise<Judgement> {
    const { lines, leftOut, inferenceMs } = await this.#reader!.stage.read();
    const { state, readings } = stepReadings(this.#state, { ...frame, streamId: this.#options.stream.id }, lines);
    this.#state = state;
    return { seen: { readings, degraded: leftOut > 0 ? ['text:too-much'] : [] }, alerts: [], inferenceMs };
  }

  snapshot(): ReadingsState {
    return this.#state;
  }

  restore(state: ReadingsState): void {
    this.#state = state;
  }

  /** Readings are named after the frame that showed them first, so that nobody gives an id out twice. */
  leaveOutIds(): void {}

  close(): void {
    this.#reader?.stage.close();
  }

  #readerFor({ width, height }: Picture): TextReader {
    const key = `${width}x${height}`;
    if (this.#reader?.key === key) return this.#reader.stage;
    this.#reader?.stage.close();
    const stage = new TextReader(this.#options.text, width, height);
    this.#reader = { key, stage };
    return stage;
  }
}
