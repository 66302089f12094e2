import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { figureTable, hardwareName } from '../bench/figure.ts';
import { builtInModels, modelsAtHand } from './detectors.ts';
import { evaluate, type FamilyResult } from './evaluate.ts';
import { families } from './families/index.ts';
import { renderPage } from './page.ts';
import { writeResults } from './results.ts';

const usage = `npm run eval -- [--only family] [--quick] [--json file] [--html folder]

Drives simulated cameras through the whole pipeline and grades what was told of them, event by event.
  --only family   one family, or several: --only lanes --only signs
  --quick         a few drives of each family (≤ 4 min)
  --json file     writes every drive's grade
  --html folder   writes index.html: each missed, late and false alert, over time

Families: ${families.map(({ name }) => name).join(', ')}
`;
const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    html: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = values.only?.find((name) => !families.some((family) => family.name === name));
if (values.help || unknown !== undefined) {
  process.stdout.write(unknown === undefined ? usage : `There is no family ${unknown}.\n\n${usage}`);
  process.exit(unknown === undefined ? 0 : 1);
}

// The kept figures of the quick subset are compared on machines that have fetched nothing, too.
const models = values.quick ? builtInModels : modelsAtHand();
process.stdout.write(`${hardwareName()}; detectors: ${models.detectors.join(', ')}\n`);
const results = await evaluate({
  ...models,
  only: values.only,
  isQuick: values.quick,
  tell: (line) => process.stderr.write(`  … ${line}\n`),
});
for (const result of results) print(result);
writeResults(results, values.quick);
if (values.json) writeFileSync(values.json, `${JSON.stringify(results, null, 1)}\n`);
if (values.html) {
  mkdirSync(values.html, { recursive: true });
  writeFileSync(path.join(values.html, 'index.html'), renderPage(results));
}

function print({ family, missing, figures, failures }: FamilyResult): void {
  process.stdout.write(`\n${family.name}: ${family.description}\n`);
  if (missing !== undefined) {
    process.stdout.write(`  skipped, since ${missing}\n`);
    return;
  }
  if (figures.length > 0) process.stdout.write(`${figureTable(figures)}\n`);
  for (const failure of failures) process.stdout.write(`  not driven: ${failure}\n`);
  if (figures.length === 0 || failures.length > 0) process.exitCode = 1;
}
