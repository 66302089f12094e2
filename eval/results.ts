import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Figure, hardwareName } from '../bench/figure.ts';
import type { FamilyResult } from './evaluate.ts';

const folder = path.join(import.meta.dirname, '../bench/results');

const fileOf = (family: string, isQuick: boolean) => path.join(folder, `accuracy-${isQuick ? 'quick-' : ''}${family}.json`);

/** Keeps what was measured beside the benchmarks' results. */
export function writeResults(results: readonly FamilyResult[], isQuick: boolean): void {
  mkdirSync(folder, { recursive: true });
  const hardware = hardwareName();
  for (const { family, figures } of results)
    if (figures.length > 0) writeFileSync(fileOf(family.name, isQuick), `${JSON.stringify({ hardware, figures }, null, 2)}\n`);
}

/** @returns What was kept of a family; undefined when nothing was. */
export function readResults(family: string, isQuick: boolean): readonly Figure[] | undefined {
  const file = fileOf(family, isQuick);
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { figures: Figure[] }).figures;
}
