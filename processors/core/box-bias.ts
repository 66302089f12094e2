/** How a detector's boxes differ from the bodies in them: drawn size = factor · true size + padding. */
export interface BoxBias {
  readonly widthFactor: number;
  /** Both sides together. */
  readonly widthPaddingPx: number;
  /** Top and bottom together; negative where boxes are too low. */
  readonly heightPaddingPx: number;
}

/** Fitted to both looks' boxes on the simulator's car-to-car drives (15 to 90 m, mirrors included). */
const boxBiases: Readonly<Record<string, BoxBias>> = {
  centernet: { widthFactor: 1.02, widthPaddingPx: 1, heightPaddingPx: -2 },
  'yolox-nano': { widthFactor: 1.03, widthPaddingPx: 1, heightPaddingPx: -1 },
};
const unknown: BoxBias = { widthFactor: 1.03, widthPaddingPx: 1, heightPaddingPx: 0 };

/** @returns The bias of a detector by its name; a middle one where nothing was measured. */
export function boxBiasOf(detectorName: string): BoxBias {
  return Object.hasOwn(boxBiases, detectorName) ? boxBiases[detectorName]! : unknown;
}
