import type { PageScenario } from '../page/page-scenario.ts';
import { randomTexts } from '../page/random-texts.ts';

/** Signs, boards and plates, 20 to 48 pixels high, slowly moving past. */
export const scannerPage: PageScenario = {
  kind: 'page',
  name: 'scanner-page',
  description: 'Signs, boards and licence plates, 20 to 48 pixels high, move slowly past a scanner.',
  durationSeconds: 40,
  seed: 61,
  light: 1,
  texts: randomTexts(61, 36, [20, 48]),
};
