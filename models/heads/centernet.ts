import type { Detection } from '../detector.ts';
import { suppress } from '../suppression.ts';
import { clip, type Head, type HeadInput, minimumScore } from './head.ts';

/** Pixels per point of the maps. */
const stride = 4;

/** CenterNet (Zhou et al. 2019, Objects as Points): a peak of a class's map is a thing, and another map says how far its edges are. */
export const centernet: Head = {
  fit: 'stretch',
  padding: 0,

  outputShapes({ inputWidth, inputHeight, classes }: HeadInput) {
    const [height, width] = [inputHeight / stride, inputWidth / stride];
    return { peaks: [classes.length, height, width], extents: [4, height, width] };
  },

  decode({ peaks, extents }, input) {
    const width = input.inputWidth / stride;
    const points = width * (input.inputHeight / stride);
    const edge = (side: number, point: number): number => extents![side * points + point]!;
    const found: Detection[] = [];
    for (const [channel, name] of input.classes.entries()) {
      if (name === null) continue;
      const scores = peaks!.subarray(channel * points, (channel + 1) * points);
      for (let point = 0; point < points; point++) {
        const score = scores[point]!;
        if (!(score >= minimumScore)) continue;
        const x = stride * (point % width);
        const y = stride * Math.floor(point / width);
        const boxPx = clip([x - edge(0, point), y - edge(1, point), x + edge(2, point), y + edge(3, point)], input);
        if (boxPx !== undefined) found.push({ class: name, score, boxPx });
      }
    }
    return suppress(found);
  },
};
