/** How a text looks: print on paper, white on a blue sign, or a European licence plate. */
export const textStyles = ['print', 'serif', 'bold', 'sign', 'plate'] as const;
export type TextStyle = (typeof textStyles)[number];

/** One line of text on the page. */
export interface PageText {
  readonly text: string;
  readonly style: TextStyle;
  /** Pixels of what is inked, from the highest to the lowest point of the letters. */
  readonly heightPx: number;
  /** Against level, positive clockwise. */
  readonly angleDegrees: number;
}

/** A page of text that moves past a camera. */
export interface PageScenario {
  readonly kind: 'page';
  readonly name: string;
  readonly description: string;
  /** In which the page goes by once, upwards; it then begins again. A whole number of frames. */
  readonly durationSeconds: number;
  /** Places the texts, and grains the paper. */
  readonly seed: number;
  /** 0..1 of full daylight. */
  readonly light: number;
  readonly texts: readonly PageText[];
}
