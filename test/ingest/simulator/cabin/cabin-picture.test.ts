import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CabinPicture } from '../../../../ingest/simulator/cabin/cabin-picture.ts';
import type { CabinScenario } from '../../../../ingest/simulator/cabin/scenario.ts';
import type { CabinState } from '../../../../ingest/simulator/cabin/truth.ts';
import { pictureOver } from '../../../../ingest/simulator/drawing/sprite.ts';
import { cabinScenarios } from '../../../../ingest/simulator/scenarios/index.ts';
import { openScene } from '../../../../ingest/simulator/scene.ts';
import type { Box } from '../../../../schemas/messages.ts';

const [width, height] = [640, 480];
const [attentive] = cabinScenarios as [CabinScenario];
const awake: CabinState = {
  eyeOpenness: 1,
  mouthOpenness: 0,
  yawDegrees: 0,
  pitchDegrees: 0,
  rollDegrees: 0,
  eyeYawDegrees: 0,
  eyePitchDegrees: 0,
  hands: 0,
  leanMeters: 0,
  cover: 0,
  swayCm: [0, 0],
};

const day = new CabinPicture(attentive);
const infrared = new CabinPicture({ ...attentive, light: 'infrared' });

function drawn(
  state: Partial<CabinState>,
  cabin = day,
): { readonly luma: Uint8Array; readonly chroma: Uint8Array; readonly face: Box | null } {
  const i420 = new Uint8Array((width * height * 3) / 2);
  const face = cabin.draw(pictureOver(i420, width, height), { ...awake, ...state }, 0);
  return { luma: i420.subarray(0, width * height), chroma: i420.subarray(width * height), face };
}

/** Middle of what differs between two pictures, and how many pixels do. */
function difference(a: Uint8Array, b: Uint8Array): { readonly x: number; readonly y: number; readonly pixels: number } {
  let [x, y, pixels] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    if (Math.abs(a[at]! - b[at]!) < 12) continue;
    pixels++;
    x += at % width;
    y += Math.floor(at / width);
  }
  return { x: x / pixels, y: y / pixels, pixels };
}

/** Mean luma of the picture inside a box. */
function mean(luma: Uint8Array, [x1, y1, x2, y2]: Box): number {
  let sum = 0;
  for (let y = y1; y < y2; y++) for (let x = x1; x < x2; x++) sum += luma[y * width + x]!;
  return sum / ((x2 - x1) * (y2 - y1));
}

const rest = drawn({});
const [x1, y1, x2, y2] = rest.face!;

describe('drawn driver', () => {
  test('has a face in the middle of the picture, a third as high as it', () => {
    assert.ok(Math.abs((x1 + x2) / 2 - width / 2) < 3);
    assert.ok(y2 - y1 > height / 4 && y2 - y1 < height / 2);
  });

  test('shuts both eyes in the upper half of the face, and nothing else', () => {
    const { x, y, pixels } = difference(rest.luma, drawn({ eyeOpenness: 0 }).luma);
    assert.ok(pixels > 250 && pixels < 2500, `${pixels} pixels`);
    assert.ok(Math.abs(x - width / 2) < 8, `around ${x}`);
    assert.ok(y > y1 + 0.2 * (y2 - y1) && y < y1 + 0.5 * (y2 - y1), `around ${y}`);
  });

  test('opens its mouth below the nose', () => {
    const { y, pixels } = difference(rest.luma, drawn({ mouthOpenness: 1 }).luma);
    assert.ok(pixels > 800);
    assert.ok(y > y1 + 0.6 * (y2 - y1), `around ${y}`);
  });

  test("turns to the driver's right, which is the picture's left, and down", () => {
    assert.ok(drawn({ yawDegrees: 40 }).face![0] < x1 - 8);
    assert.ok(drawn({ yawDegrees: -40 }).face![2] > x2 + 8);
    assert.ok(drawn({ pitchDegrees: -25 }).face![3] > y2 + 8);
  });

  test('moves its irises with its gaze', () => {
    const eye: Box = [
      Math.round(x1 + 0.15 * (x2 - x1)),
      Math.round(y1 + 0.3 * (y2 - y1)),
      width / 2 - 8,
      Math.round(y1 + 0.42 * (y2 - y1)),
    ];
    /** Middle of darkness. */
    const darkest = ({ luma }: { readonly luma: Uint8Array }): number => {
      let [sum, weighed] = [0, 0];
      for (let y = eye[1]; y < eye[3]; y++)
        for (let x = eye[0]; x < eye[2]; x++) {
          const dark = Math.max(0, 70 - luma[y * width + x]!);
          sum += dark;
          weighed += dark * x;
        }
      return weighed / sum;
    };
    assert.ok(darkest(drawn({ eyeYawDegrees: 20 })) < darkest(rest) - 1);
    assert.ok(darkest(drawn({ eyeYawDegrees: -20 })) > darkest(rest) + 1);
  });

  test('is not there when leaning out of the picture', () => {
    const empty = drawn({ leanMeters: 0.8 });
    assert.equal(empty.face, null);
    assert.ok(mean(empty.luma, [300, 180, 340, 220]) < mean(rest.luma, [300, 180, 340, 220]) - 30);
  });

  test('is dark all over when the lens is covered', () => {
    const { luma } = drawn({ cover: 1 });
    assert.ok(luma.every((value) => value < 40));
  });

  test('is grey in infrared', () => {
    assert.ok(drawn({}, infrared).chroma.every((value) => Math.abs(value - 128) <= 1));
    assert.ok(rest.chroma.some((value) => Math.abs(value - 128) > 20));
  });

  test('stays within what video allows', () => {
    for (const { luma } of [rest, drawn({}, infrared), drawn({ hands: 1 }), drawn({ cover: 0.5 })])
      assert.ok(luma.every((value) => value >= 14 && value <= 236));
  });

  test('is the same every time, whatever was drawn before', () => {
    const [scene, again] = [openScene(attentive), openScene(attentive)];
    const [a, b] = [new Uint8Array((width * height * 3) / 2), new Uint8Array((width * height * 3) / 2)];
    scene.draw(400, a);
    const truth = scene.draw(31, a);
    assert.deepEqual(again.draw(31, b), truth);
    assert.deepEqual(a, b);
  });
});
