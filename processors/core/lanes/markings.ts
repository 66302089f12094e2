/** A bright bar between darker road in one row of a picture, as wide as a lane marking would be there. Pixels of the picture. */
export interface MarkingPoint {
  readonly rowPx: number;
  /** Of its middle. */
  readonly columnPx: number;
  /** How clear it is: luma above the road beside it, or percent where a network finds it. */
  readonly contrast: number;
}

/** What one picture shows of lane markings. */
export interface Markings {
  /** Rows that were looked at, the nearest first. */
  readonly rowsPx: readonly number[];
  /** Row by row, the nearest first. */
  readonly points: readonly MarkingPoint[];
  /** Mean luma of the road that was looked at, 0..255. */
  readonly brightness: number;
}
