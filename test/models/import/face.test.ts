import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import path from 'node:path';
import { before, test } from 'node:test';
import ort from 'onnxruntime-node';
import { makeOnnx as makeFinder } from '../../../models/import/face-finder.ts';
import { makeOnnx as makeMesh } from '../../../models/import/face-mesh.ts';
import golden from '../golden/face-mediapipe.json' with { type: 'json' };
import { drawnFaces } from '../support/picture.ts';

/** Of values in pixels or before a sigmoid; the largest are about 230. */
const tolerance = 1e-3;

const packageFile = (name: string, file: string) => readFile(path.join(path.dirname(findPackageJSON(name, import.meta.url)!), file));
let meshFiles: Buffer[];
let finderFile: Buffer;
let sessions: readonly { readonly session: ort.InferenceSession; readonly side: number }[];

before(async () => {
  meshFiles = await Promise.all(
    ['face_mesh_solution_packed_assets_loader.js', 'face_mesh_solution_packed_assets.data'].map((file) =>
      packageFile('@mediapipe/face_mesh', file),
    ),
  );
  finderFile = await packageFile('@mediapipe/face_detection', 'face_detection_short_range.tflite');
  sessions = [
    { session: await ort.InferenceSession.create(makeMesh(meshFiles), { intraOpNumThreads: 1 }), side: 192 },
    { session: await ort.InferenceSession.create(makeFinder([finderFile]), { intraOpNumThreads: 1 }), side: 128 },
  ];
});

/** All outputs of both models, the pictures' one after another. */
async function run(pictures: readonly string[]): Promise<Record<string, Float32Array>> {
  const outputs: Record<string, Float32Array> = {};
  for (const { session, side } of sessions) {
    const image = Buffer.concat(pictures.map((picture) => drawnFaces[picture]!(side)));
    const found = await session.run({ image: new ort.Tensor('uint8', image, [pictures.length, side, side, 3]) });
    for (const [name, { data }] of Object.entries(found)) outputs[name] = data as Float32Array;
  }
  return outputs;
}

for (const { picture, outputs } of golden.pictures) {
  test(`face finder and mesh give what MediaPipe gave on ${picture}`, async () => {
    const found = await run([picture]);
    assert.deepEqual(Object.keys(found).sort(), Object.keys(outputs).sort());
    for (const [name, values] of Object.entries(outputs)) {
      for (const [at, value] of values as [number, number][]) {
        const off = Math.abs(found[name]![at]! - value);
        assert.ok(off <= tolerance, `${name}[${at}] is ${found[name]![at]} instead of ${value}`);
      }
    }
  });
}

test('pictures in one batch are seen as each by itself', async () => {
  const pictures = ['a far face', 'a road', 'a near face'];
  const together = await run(pictures);
  for (const [at, picture] of pictures.entries()) {
    for (const [name, alone] of Object.entries(await run([picture]))) {
      const off = alone.map((value, index) => Math.abs(value - together[name]![at * alone.length + index]!));
      assert.ok(Math.max(...off) <= tolerance, `${name} of ${picture}`);
    }
  }
});

for (const [what, files, message] of [
  ['is cut in half', () => [finderFile.subarray(0, 100_000)], /cannot be turned into ONNX/],
  ['lacks its last bytes', () => [finderFile.subarray(0, -64)], /cannot be turned into ONNX/],
  ['is another file', () => [Buffer.from('{"not": "TFLite"}')], /does not begin/],
] as const) {
  test(`a TensorFlow Lite file that ${what} is refused as corrupt`, () => {
    assert.throws(() => makeFinder(files()), { code: 'MODEL_CORRUPT', message });
  });
}

test('a pack without the mesh is refused as corrupt', () => {
  assert.throws(() => makeMesh([Buffer.from('loadPackage({"files": []})'), meshFiles[1]!]), {
    code: 'MODEL_CORRUPT',
    message: /not in the pack/,
  });
});
