import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Figure } from './figure.ts';

// Writes the table of docs/scaling.md from what the benchmarks have measured: node bench/scaling.ts

const document = path.join(import.meta.dirname, '../docs/scaling.md');

/** @throws When the benchmark has not been run. */
function figure(benchmark: string, name: string): number {
  const { figures } = JSON.parse(readFileSync(path.join(import.meta.dirname, 'results', `${benchmark}.json`), 'utf8')) as {
    figures: Figure[];
  };
  const found = figures.find((one) => one.name.startsWith(name));
  if (!found) throw new Error(`bench/results/${benchmark}.json has no "${name}"; run: npm run bench -- ${benchmark}`);
  return found.value;
}

/** A camera of 720p30 at 2.4 Mbit/s, of whose pictures 15 a second are analysed; ten tracks in sight on average. */
const camera = { framesPerSecond: 30, analysedPerSecond: 15, bytesPerFrame: 10_000, tracks: 10 };
/** Decoding a 720p picture, CPU ms. Source: measured beforehand (node-av, low level). */
const decodeMs = 4.1;
/** Two thirds of a core are work, the rest is for peaks and for what a dead neighbour leaves. */
const utilisation = 0.66;
const keptHours = 24;
/** What a broker takes at an ordinary disk's and network's pace with three copies, MB/s. Source: planning figure, not measured here. */
const brokerMegabytes = 100;
const copies = 3;

const perCamera = {
  ingest: figure('ingest', 'CPU of an RTSP camera') / 100,
  process:
    camera.analysedPerSecond / figure('pipeline', 'yolox-nano: analysed 720p frames') +
    ((camera.framesPerSecond - camera.analysedPerSecond) * decodeMs) / 1000,
  recorderShare: camera.tracks / figure('recorder', 'rows, 15 analysed'),
  megabytes: (camera.framesPerSecond * camera.bytesPerFrame) / 1e6,
};

const rows = [10, 100, 1000].map((cameras) => {
  const cores = (each: number) => Math.ceil((cameras * each) / utilisation);
  const megabytes = cameras * perCamera.megabytes;
  return [
    cameras.toLocaleString('en'),
    `${(cameras * camera.framesPerSecond).toLocaleString('en')}/s`,
    `${megabytes.toFixed(0)} MB/s`,
    cores(perCamera.ingest),
    cores(perCamera.process),
    Math.max(1, cores(perCamera.recorderShare)),
    Math.max(cameras > 10 ? copies : 1, Math.ceil((megabytes * copies) / brokerMegabytes)),
    `${((megabytes * 3600 * keptHours) / 1e6).toFixed(1)} TB`,
  ].join(' | ');
});

const table = [
  '| cameras | access units | video | cores: ingest | cores: process (CPU) | recorders | brokers | disk a day, one copy |',
  '|-|-|-|-|-|-|-|-|',
  ...rows.map((row) => `| ${row} |`),
].join('\n');
const measured = [
  `- ingest: ${(perCamera.ingest * 100).toFixed(1)} % of a core a camera (\`ingest\`)`,
  `- process: ${perCamera.process.toFixed(2)} cores a camera with yolox-nano (\`pipeline\`, and ${decodeMs} ms to decode a picture that is not analysed)`,
  `- recorder: ${Math.round(figure('recorder', 'rows, 15 analysed')).toLocaleString('en')} rows a second in one process (\`recorder\`)`,
  `- bus hop: p50 ${figure('hop', 'publish → handler, p50').toFixed(1)} ms, p99 ${figure('hop', 'publish → handler, p99').toFixed(1)} ms (\`hop\`)`,
].join('\n');

const [before, , after] = readFileSync(document, 'utf8').split(/<!-- (?:made by node bench\/scaling\.ts|end) -->\n/);
writeFileSync(document, `${before}<!-- made by node bench/scaling.ts -->\n${measured}\n\n${table}\n<!-- end -->\n${after}`);
