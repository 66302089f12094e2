import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLoadAddress } from '../../../ingest/load/address.ts';
import { loadStreams } from '../../../ingest/load/streams.ts';
import { openSource } from '../../../ingest/sources/open.ts';
import { configurationSchema } from '../../../schemas/configuration.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';

test('plays 30 pictures a second of 1280x720 from the beginning unless told otherwise', () => {
  const { scenario, ...rest } = parseLoadAddress('load:braking-lead');
  assert.equal(scenario.name, 'braking-lead');
  assert.deepEqual(rest, { framesPerSecond: 30, framesPerLoop: 240, width: 1280, height: 720, phaseSeconds: 0 });
});

test('takes rate, size and phase from the address', () => {
  const { scenario: _, ...rest } = parseLoadAddress('load:braking-lead?fps=5&width=640&phase=3.25');
  assert.deepEqual(rest, { framesPerSecond: 5, framesPerLoop: 40, width: 640, height: 360, phaseSeconds: 3.25 });
});

// what is wrong, code, what the message must name
for (const [url, code, named] of [
  ['load:nowhere', 'SCENARIO_UNKNOWN', 'braking-lead'],
  ['load:', 'SCENARIO_UNKNOWN', 'braking-lead'],
  ['load:braking-lead?speed=2', 'CONFIGURATION_INVALID', 'fps, width, phase'],
  ['load:braking-lead?fps=0', 'CONFIGURATION_INVALID', '1 to 60'],
  ['load:braking-lead?fps=29.97', 'CONFIGURATION_INVALID', '1 to 60'],
  ['load:braking-lead?width=650', 'CONFIGURATION_INVALID', 'multiple of 32'],
  ['load:braking-lead?width=1920', 'CONFIGURATION_INVALID', '1280'],
  ['load:braking-lead?phase=-1', 'CONFIGURATION_INVALID', '0 to 8'],
] as const)
  test(`refuses ${url} with ${code} and what to write instead`, () => {
    assert.throws(
      () => openSource({ url, transport: 'tcp', loop: true }, { fileFolders: [] }),
      (error: RoadstreamError) => error.code === code && error.message.includes(named),
    );
  });

test('gives as many streams as asked for, each with an id, a vehicle and a place in the drive of its own', () => {
  const streams = loadStreams({ streams: 120, framesPerSecond: 10, width: 320 });
  const { streams: checked } = configurationSchema.parse({ streams });
  assert.deepEqual(checked, streams);
  assert.equal(streams[0]!.id, 'load-001');
  for (const name of ['id', 'vehicle', 'url'] as const) assert.equal(new Set(streams.map((stream) => stream[name])).size, 120);
  const phases = streams.map(({ url }) => parseLoadAddress(url).phaseSeconds).sort((a, b) => a - b);
  // 120 streams in 8 s: without bunches, no gap is longer than twice the mean.
  assert.ok(phases.every((phase, index) => phase - (phases[index - 1] ?? 0) < (2 * 8) / 120));
});

test('refuses to make streams of a drive that there is not', () => {
  assert.throws(() => loadStreams({ streams: 1, scenario: 'nowhere' }), { code: 'SCENARIO_UNKNOWN' });
});
