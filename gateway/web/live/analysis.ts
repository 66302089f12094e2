import type { StreamView } from '../../../schemas/live.ts';
import { formatDuration, formatRate } from './format.ts';

/** Frames a second: a camera that gives so many, and is analysed less often than that, loses its boxes now and then. */
const receivedAtLeast = 10;
const analysedAtLeast = 5;

export interface AnalysisTrouble {
  readonly name: 'failing' | 'absent' | 'behind';
  /** Of few words, for a list. */
  readonly short: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** What is wrong with the analysis of a camera whose pictures come in; undefined when nothing is. Dashcams alone are analysed. */
export function analysisTrouble(stream: StreamView): AnalysisTrouble | undefined {
  const { kind, state, framesPerSecond, analysedFramesPerSecond, analysis } = stream;
  if (kind !== 'dashcam' || state !== 'live') return undefined;
  if (analysis?.state === 'failing') {
    const message = `Pictures cannot be analysed: ${analysis.errorMessage ?? 'the processor gives no reason.'}`;
    return { name: 'failing', short: 'not analysed', message };
  }
  if (framesPerSecond > 0 && analysedFramesPerSecond === 0) {
    const message = 'Nothing is analysed now: there are no boxes and no alerts. Does the processor run, and reach the bus?';
    return { name: 'absent', short: 'not analysed', message };
  }
  const isSlow = framesPerSecond >= receivedAtLeast && analysedFramesPerSecond < analysedAtLeast;
  if (!isSlow || (analysis && analysis.state !== 'behind')) return undefined;
  const figures = analysis
    ? ` (${formatRate(analysis.framesPerSecond)} of ${formatRate(analysis.wantedFramesPerSecond)} frames/s, ${formatDuration(analysis.ageMs)} late)`
    : '';
  const advice =
    'Fewer cameras, another `roadstream process` where cores are free, a lower analysedFramesPerSecond, or the yolox-nano detector help.';
  return { name: 'behind', short: 'behind', message: `Analysis is behind${figures}: boxes may be missing. ${advice}` };
}
