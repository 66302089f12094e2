import type { SourceFrame } from '../../../ingest/source.ts';
import { Decoder } from '../../../processors/stages/decoder.ts';

/** A decoder that gives each picture's luma. */
export class LumaDecoder {
  readonly #decoder = new Decoder();
  #sequence = 0;

  async decode(
    frame: SourceFrame,
  ): Promise<{ readonly luma: Uint8Array; readonly stride: number; readonly width: number; readonly height: number }> {
    const unit = {
      ...frame,
      streamId: 'sim',
      vehicleId: null,
      kind: 'dashcam',
      epoch: 1,
      sequence: this.#sequence++,
      publishedAtUs: frame.capturedAtUs,
    } as const;
    const picture = await this.#decoder.decode(unit);
    if (!picture) throw new Error(`access unit ${unit.sequence} gave no picture`);
    return { luma: picture.planes[0]!, stride: picture.strides[0]!, width: picture.width, height: picture.height };
  }

  close(): void {
    this.#decoder.close();
  }
}
