import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { builtInModels } from '../../eval/detectors.ts';
import { evaluate, type FamilyResult } from '../../eval/evaluate.ts';
import { families } from '../../eval/families/index.ts';
import { regressions } from '../../eval/regressions.ts';
import { readResults } from '../../eval/results.ts';
import { needs } from '../support/needs.ts';

describe('the quick part of the evaluation', () => {
  let results: readonly FamilyResult[];
  before(async () => {
    results = await evaluate({ ...builtInModels, isQuick: true, tell: () => undefined });
  });

  for (const { name, missing } of families)
    test(`${name} is as good as it was kept`, (t) => {
      const reason = missing?.();
      if (!needs(t, reason === undefined, 'media/driver', 'ROADSTREAM_SHARED=<folder that holds media/driver> npm test')) return;
      const { figures, failures } = results.find(({ family }) => family.name === name)!;
      assert.deepEqual(failures, []);
      const keep = `npm run eval -- --quick --only ${name}`;
      const kept = readResults(name, true);
      assert.ok(kept, `nothing is kept of ${name}; look at its figures and keep them: ${keep}`);
      const worse = regressions(kept, figures);
      assert.ok(worse.length === 0, `${worse.join('\n')}\nMeant so? Then keep what is measured now: ${keep}`);
    });
});
