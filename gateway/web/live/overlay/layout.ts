import type { Box } from '../../../../schemas/messages.ts';

/** Where a picture lies inside the element that shows it whole (`object-fit: contain`). */
export interface Placement {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Places a picture in the middle of an element, as large as fits. All in the same unit. */
export function contain(elementWidth: number, elementHeight: number, pictureWidth: number, pictureHeight: number): Placement {
  const scale = Math.min(elementWidth / pictureWidth, elementHeight / pictureHeight);
  const width = pictureWidth * scale;
  const height = pictureHeight * scale;
  return { left: (elementWidth - width) / 2, top: (elementHeight - height) / 2, width, height };
}

export interface LabelRequest<T> {
  readonly of: T;
  /** The box that it names. */
  readonly box: Box;
  readonly width: number;
  readonly height: number;
  /** Whether it is drawn even where it covers another. */
  readonly isRequired: boolean;
}

export interface PlacedLabel<T> {
  readonly of: T;
  readonly left: number;
  readonly top: number;
}

/** CSS pixels between a box and its label. */
const labelGap = 5;

/**
 * Finds each label a place above or below its box, inside the picture, where it covers no other label.
 * @param requests Most important first: the first ones get the best places, the last ones may get none.
 */
export function placeLabels<T>(requests: readonly LabelRequest<T>[], picture: Placement): PlacedLabel<T>[] {
  const taken: Box[] = [];
  const placed: PlacedLabel<T>[] = [];
  for (const { of, box, width, height, isRequired } of requests) {
    const left = clamp(box[0], picture.left, picture.left + picture.width - width);
    const above = box[1] - labelGap - height;
    const below = box[3] + labelGap;
    const tops = [above, below].filter((top) => top >= picture.top && top + height <= picture.top + picture.height);
    const top =
      tops.find((candidate) => !taken.some((other) => overlaps(other, left, candidate, width, height))) ??
      (isRequired ? (tops[0] ?? clamp(box[1] + labelGap, picture.top, picture.top + picture.height - height)) : undefined);
    if (top === undefined) continue;
    taken.push([left, top, left + width, top + height]);
    placed.push({ of, left, top });
  }
  return placed;
}

function overlaps([left, top, right, bottom]: Box, x: number, y: number, width: number, height: number): boolean {
  return x < right && x + width > left && y < bottom && y + height > top;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(value, most));
}
