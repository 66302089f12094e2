import type { PageScenario } from '../page/page-scenario.ts';
import { randomTexts } from '../page/random-texts.ts';

/** The same kind of page in a third of the light. */
export const scannerDusk: PageScenario = {
  kind: 'page',
  name: 'scanner-dusk',
  description: 'Signs, boards and licence plates in a third of the light move past a scanner.',
  durationSeconds: 20,
  seed: 67,
  light: 0.33,
  texts: randomTexts(67, 36, [20, 48]),
};
