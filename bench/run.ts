import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { asRoadstreamError } from '../schemas/errors.ts';
import { type Benchmark, type Device, figureTable, hardwareName } from './figure.ts';
import { gpuName } from './gpu-name.ts';

// npm run bench -- [name…] [--device cpu|webgpu|cuda]; with a device and no name it is the benchmark of devices that runs.

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
const devices: readonly Device[] = ['cpu', 'webgpu', 'cuda'];
const { values, positionals } = parseArgs({ options: { device: { type: 'string' } }, allowPositionals: true });
const device = devices.find((one) => one === (values.device ?? 'cpu'));
const wanted = positionals.length === 0 && values.device !== undefined ? ['device'] : positionals;
const unknown = wanted.find((name) => !known.has(name));
if (unknown !== undefined || device === undefined) {
  process.stderr.write(
    device === undefined
      ? `There is no device ${values.device}; there are: ${devices.join(', ')}\n`
      : `There is no benchmark ${unknown}; there are: ${[...known.keys()].join(', ')}\n`,
  );
  process.exit(1);
}
const hardware = device === 'cpu' ? hardwareName() : `${gpuName()} (${device}); ${hardwareName()}`;
mkdirSync(results, { recursive: true });
process.stdout.write(`${hardware}\n`);
for (const benchmark of known.values()) {
  if (wanted.length > 0 ? !wanted.includes(benchmark.name) : benchmark.isLong) continue;
  process.stdout.write(`\n${benchmark.name}: ${benchmark.description}\n`);
  const figures = await benchmark
    .run((line) => process.stderr.write(`  … ${line}\n`), device)
    .catch((thrown: Error) => {
      // Not every machine has Java, PostgreSQL and Python; one without the device has nothing to measure, and nothing is wrong with it.
      process.stdout.write(`  not measured: ${thrown.message}\n`);
      if (asRoadstreamError(thrown).code !== 'DEVICE_UNAVAILABLE') process.exitCode = 1;
    });
  if (!figures) continue;
  process.stdout.write(`${figureTable(figures)}\n`);
  const file = values.device === undefined ? benchmark.name : `${benchmark.name}-${device}`;
  writeFileSync(path.join(results, `${file}.json`), `${JSON.stringify({ hardware, figures }, null, 2)}\n`);
}
