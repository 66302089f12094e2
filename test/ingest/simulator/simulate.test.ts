import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { FormatContext, Packet } from 'node-av/lib';
import { roadScenarioNamed } from '../../../ingest/simulator/scenarios/index.ts';
import { simulate, type TruthFile } from '../../../ingest/simulator/simulate.ts';
import { truthAt } from '../../../ingest/simulator/truth.ts';
import type { RoadstreamError } from '../../../schemas/errors.ts';

describe('simulate', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'roadstream-simulate-'));
  });
  after(() => rm(folder, { recursive: true }));

  test('writes an MP4 of the asked length and the truth of each of its frames', async () => {
    const output = path.join(folder, 'drive.mp4');
    const truth = path.join(folder, 'drive.json');
    const progress: number[] = [];
    await simulate({ scenario: 'car-to-car-moving', seconds: 1.5, output, truth, onProgress: (done, all) => progress.push(done / all) });

    const { codec, packets } = await readMovie(output);
    assert.deepEqual(codec, { width: 1280, height: 720 });
    assert.deepEqual(
      packets.map(({ seconds }) => Math.round(seconds * 30)),
      Array.from({ length: 45 }, (_, index) => index),
    );
    assert.deepEqual(
      packets.flatMap(({ isKeyframe }, index) => (isKeyframe ? [index] : [])),
      [0, 30],
    );
    const told = JSON.parse(await readFile(truth, 'utf8')) as TruthFile;
    assert.equal(told.frames.length, 45);
    assert.deepEqual(told.frames[17], truthAt(roadScenarioNamed('car-to-car-moving'), 17));
    assert.equal(progress.length, 45);
    assert.equal(progress.at(-1), 1);
  });

  test('refuses an unknown scenario and a length that is none, and writes nothing', async () => {
    const output = path.join(folder, 'none.mp4');
    await assert.rejects(simulate({ scenario: 'nowhere', output }), (error: RoadstreamError) => error.code === 'SCENARIO_UNKNOWN');
    for (const seconds of [0, -1, Number.NaN, 1e9])
      await assert.rejects(
        simulate({ scenario: 'quiet-drive', seconds, output }),
        (error: RoadstreamError) => error.code === 'REQUEST_INVALID',
      );
    assert.equal((await readdir(folder)).includes('none.mp4'), false);
  });

  test('says which file cannot be written', async () => {
    const output = path.join(folder, 'missing', 'drive.mp4');
    await assert.rejects(
      simulate({ scenario: 'quiet-drive', seconds: 0.1, output }),
      (error: RoadstreamError) => error.code === 'FILE_UNWRITABLE' && error.message.includes(output),
    );
  });
});

async function readMovie(
  file: string,
): Promise<{ codec: { width: number; height: number }; packets: { seconds: number; isKeyframe: boolean }[] }> {
  const format = new FormatContext();
  format.allocContext();
  assert.ok((await format.openInput(file)) >= 0);
  assert.ok((await format.findStreamInfo()) >= 0);
  const [stream] = format.streams;
  const { width, height } = stream!.codecpar;
  const packets: { seconds: number; isKeyframe: boolean }[] = [];
  const packet = new Packet();
  packet.alloc();
  while ((await format.readFrame(packet)) >= 0) {
    packets.push({ seconds: (Number(packet.pts) * stream!.timeBase.num) / stream!.timeBase.den, isKeyframe: packet.isKeyframe });
    packet.unref();
  }
  packet.free();
  await format.closeInput();
  return { codec: { width, height }, packets };
}
