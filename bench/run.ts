import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Benchmark, type Figure, holds } from './figure.ts';

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

function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const held = holds(figure);
    const bar = figure.atMost !== undefined ? `≤ ${figure.atMost}` : figure.atLeast !== undefined ? `≥ ${figure.atLeast}` : '';
    const value = Math.abs(figure.value) >= 100 ? figure.value.toFixed(0) : figure.value.toPrecision(3);
    return [figure.name, `${value} ${figure.unit}`, bar, held === undefined ? '' : held ? 'yes' : 'NO', figure.note ?? ''];
  });
  const all = [['figure', 'measured', 'bar', 'held', ''], ...rows];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')}`.trimEnd()).join('\n');
}

const known = await load();
const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!known.has(name)) {
    process.stderr.write(`There is no benchmark ${name}; there are: ${[...known.keys()].join(', ')}\n`);
    process.exit(1);
  }
}
const hardware = `${os.cpus()[0]?.model.trim() ?? 'unknown processor'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node.js ${process.versions.node}`;
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
  process.stdout.write(`${table(figures)}\n`);
  writeFileSync(path.join(results, `${benchmark.name}.json`), `${JSON.stringify({ hardware, figures }, null, 2)}\n`);
}
