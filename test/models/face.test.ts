import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type FaceModels, faceFinderSide, faceMeshSide, facePointCount, openFaceModels } from '../../models/face.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { drawFace, drawRoad } from './support/picture.ts';

let models: FaceModels;
const cleaning: (() => void)[] = [];

before(async () => {
  models = await openFaceModels({ dataDirectory: temporaryFolder({ after: (clean) => cleaning.push(clean) }) });
});

after(async () => {
  await models.close();
  for (const clean of cleaning) clean();
});

/** Where `drawFace` draws the eyes: halves of the face's height from the middle. */
const eye = { across: 0.28, up: 0.15 };

test('finds the drawn face, its box and eyes where they are', async () => {
  const share = 0.4;
  const { faces, inferenceMs } = await models.find(drawFace(faceFinderSide, share));
  assert.ok(inferenceMs > 0);
  assert.equal(faces.length, 1);
  const { score, boxNormalized, keypoints } = faces[0]!;
  assert.ok(score > 0.8 && score <= 1, `score ${score}`);
  // Its box goes from the brows to the chin.
  const [left, upper, right, lower] = boxNormalized;
  assert.ok(left > 0.3 && upper > 0.3 && right < 0.7 && lower < 0.75, boxNormalized.join());
  assert.equal(keypoints.length, 6);
  for (const [at, side] of [-1, 1].entries()) {
    const expected = [0.5 + (side * eye.across * share) / 2, 0.5 - (eye.up * share) / 2];
    const off = Math.hypot(keypoints[at]![0] - expected[0]!, keypoints[at]![1] - expected[1]!);
    assert.ok(off < 0.02, `eye ${at} is ${off} off`);
  }
});

test('finds no face on a road, and says that a road is none', async () => {
  assert.deepEqual((await models.find(drawRoad(faceFinderSide, faceFinderSide))).faces, []);
  assert.ok((await models.mesh(drawRoad(faceMeshSide, faceMeshSide))).score < 0.1);
});

test("puts the irises' middles on the drawn ones, the picture's left one first", async () => {
  const share = 0.62;
  const { score, points } = await models.mesh(drawFace(faceMeshSide, share));
  assert.ok(score > 0.9);
  assert.equal(points.length, 3 * facePointCount);
  for (const [first, side] of [
    [468, -1],
    [473, 1],
  ] as const) {
    const [x, y] = points.subarray(3 * first);
    const off = Math.hypot(x! - (0.5 + (side * eye.across * share) / 2), y! - (0.5 - (eye.up * share) / 2));
    // A tenth of the drawn eye's width.
    assert.ok(off < 0.01, `iris ${first} is ${off} off`);
  }
  assert.ok(points.every(Number.isFinite));
});

test('many calls at once are answered each with its own', async () => {
  const [road, face] = [drawRoad(faceFinderSide, faceFinderSide), drawFace(faceFinderSide, 0.4)];
  const found = await Promise.all([face, road, face, road, road, face].map(async (picture) => (await models.find(picture)).faces.length));
  assert.deepEqual(found, [1, 0, 1, 0, 0, 1]);
});

test('refuses a picture of another size', async () => {
  await assert.rejects(models.find(new Uint8Array(100)), { code: 'INFERENCE_FAILED', message: /100 values for image \[1, 128, 128, 3\]/ });
});
