import type { PageTruth } from '../../ingest/simulator/page/page.ts';
import { pageScenarios } from '../../ingest/simulator/scenarios/index.ts';
import type { Reading } from '../../schemas/messages.ts';
import { type Family, nothingGraded } from '../family.ts';
import { gradingScenarios } from '../scenarios.ts';
import { countOf, share } from '../summary.ts';
import type { Trace } from '../trace.ts';

/** The bar's: letters as high as this can be read. */
const leastHeightPx = 20;

export const scanner: Family = {
  name: 'scanner',
  description: 'text and licence plates, 20 px high and more, that pass a camera: read exactly, each once',
  needsDetector: false,
  drives({ isQuick }) {
    const grading = gradingScenarios.get('scanner')!;
    return (isQuick ? grading.slice(0, 1) : [...grading, ...pageScenarios]).map(({ name }) => name);
  },
  grade(trace) {
    const { frames } = trace as Trace<PageTruth>;
    const shown = new Map<string, { readonly text: string; readonly isPlate: boolean }>();
    for (const { truth } of frames)
      for (const { textId, text, isPlate, heightPx, isWhole } of truth.texts)
        if (isWhole && heightPx >= leastHeightPx) shown.set(textId, { text, isPlate });
    const small = new Set(frames.flatMap(({ truth }) => truth.texts.map(({ text }) => text)));
    const readings = new Map<string, Reading>();
    for (const { perception } of frames) for (const reading of perception.readings) readings.set(reading.readingId, reading);
    const read = [...readings.values()].map(({ text }) => text);
    const texts = [...shown.values()].filter(({ isPlate }) => !isPlate);
    const plates = [...shown.values()].filter(({ isPlate }) => isPlate);
    const exact = (all: typeof texts) => all.filter(({ text }) => read.includes(text)).length;
    return {
      ...nothingGraded,
      counts: {
        texts: texts.length,
        textsRead: exact(texts),
        plates: plates.length,
        platesRead: exact(plates),
        readings: read.length,
        untrue: read.filter((text) => !small.has(text)).length,
      },
    };
  },
  figures: (drives) => [
    ...share(countOf(drives, 'textsRead'), countOf(drives, 'texts'), 'texts read exactly', { atLeast: 95 }),
    ...share(countOf(drives, 'platesRead'), countOf(drives, 'plates'), 'plates read exactly', { atLeast: 95 }),
    ...share(countOf(drives, 'untrue'), countOf(drives, 'readings'), 'readings that stand nowhere so'),
  ],
};
