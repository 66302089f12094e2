// Records what MediaPipe itself answers, for test/models/import/face.test.ts. It is no dependency of the project:
//   python3.11 -m venv /tmp/mediapipe && /tmp/mediapipe/bin/pip install mediapipe==0.10.14
//   node test/models/golden/record-face.ts /tmp/mediapipe/bin/python
// The weights are those of the npm packages, put where MediaPipe looks for its own.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { unpack } from '../../../models/import/face-mesh.ts';
import { drawnFaces } from '../support/picture.ts';

const python = process.argv[2]!;
const packageFile = (name: string, file: string) => path.join(path.dirname(findPackageJSON(name, import.meta.url)!), file);
const folder = mkdtempSync(path.join(tmpdir(), 'record-face-'));
const modules = path.join(folder, 'mediapipe/modules');
for (const name of ['face_landmark', 'face_detection']) mkdirSync(path.join(modules, name), { recursive: true });
const [list, pack] = ['face_mesh_solution_packed_assets_loader.js', 'face_mesh_solution_packed_assets.data'].map((file) =>
  readFileSync(packageFile('@mediapipe/face_mesh', file)),
);
const meshFile = 'face_landmark_with_attention.tflite';
writeFileSync(path.join(modules, 'face_landmark', meshFile), unpack(list!.toString(), pack!, meshFile));
const finderFile = 'face_detection_short_range.tflite';
copyFileSync(packageFile('@mediapipe/face_detection', finderFile), path.join(modules, 'face_detection', finderFile));

function answer(kind: 'mesh' | 'finder', pixels: Uint8Array, count: number): number[][] {
  const picture = path.join(folder, 'picture.rgb');
  writeFileSync(picture, pixels);
  const script = path.join(import.meta.dirname, 'record-face.py');
  return JSON.parse(
    execFileSync(python, [script, folder, picture, String(count), kind], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
  );
}

/** Some of the values, every `step`th, as [index, value]. */
const some = (values: readonly number[], step: number) =>
  values.flatMap((value, at) => (at % step === 0 ? [[at, Number(value.toFixed(4))]] : []));

const pictures = Object.entries(drawnFaces).map(([picture, draw]) => {
  const [mesh, lips, leftEye, rightEye, leftIris, rightIris, presence] = answer('mesh', draw(192), 7) as number[][];
  const [boxes, scores] = answer('finder', draw(128), 2) as number[][];
  return {
    picture,
    outputs: {
      ...{ mesh: some(mesh!, 13), lips: some(lips!, 3), leftEye: some(leftEye!, 3), rightEye: some(rightEye!, 3) },
      ...{ leftIris: some(leftIris!, 1), rightIris: some(rightIris!, 1), presence: some(presence!, 1) },
      ...{ boxes: some(boxes!, 101), scores: some(scores!, 7) },
    },
  };
});
rmSync(folder, { recursive: true });
const recordedWith = 'mediapipe 0.10.14 (Python), weights of @mediapipe/face_mesh 0.4.1657299874 and face_detection 0.4.1657300184';
// One value a line would be long, one output a line can still be compared.
const text = JSON.stringify({ recordedWith, pictures }, null, 1)
  .replace(/\[\s+(\d+),\s+(-?[\d.e-]+)\s+\]/g, '[$1, $2]')
  .replace(/\],\s+\[/g, '], [');
writeFileSync(path.join(import.meta.dirname, 'face-mediapipe.json'), `${text}\n`);
