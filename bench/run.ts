import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Benchmark, figureTable, hardwareName } from './figure.ts';

const folder = import.meta.dirname;
const results = path.join(folder, 'results');

/** Every file `<name>.bench.ts` exports `benchmark`. */
async function load(): Promise<Map<string, Benchmark>> {
  const found = new Map<string, Benchmark>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.bench.ts'))) {
    const { benchmark } = (await import(path.join(folder, file))) as { benchmark: Benchmark };
    found.set(benchmark.name, benchmark);
  }
  return found;
}

const known = await load();
const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!known.has(name)) {
    process.stderr.write(`There is no benchmark ${name}; there are: ${[...known.keys()].join(', ')}\n`);
    process.exit(1);
  }
}
const hardware = hardwareName();
mkdirSync(results, { recursive: true });
process.stdout.write(`${hardware}\n`);
for (const benchmark of known.values()) {
  if (wanted.length > 0 ? !wanted.includes(benchmark.name) : benchmark.isLong) continue;
  process.stdout.write(`\n${benchmark.name}: ${benchmark.description}\n`);
  const figures = await benchmark
    .run((line) => process.stderr.write(`  … ${line}\n`))
    .catch((thrown: Error) => {
      // Not every machine has Java, PostgreSQL and Python.
      process.stdout.write(`  not measured: ${thrown.message}\n`);
      process.exitCode = 1;
    });
  if (!figures) continue;
  process.stdout.write(`${figureTable(figures)}\n`);
  writeFileSync(path.join(results, `${benchmark.name}.json`), `${JSON.stringify({ hardware, figures }, null, 2)}\n`);
}
