import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lampOf } from '../../../../processors/core/signs/lamp.ts';
import type { Lamp } from '../../../../processors/core/signs/sighting.ts';

type Colour = readonly [luma: number, blue: number, red: number];
const housing: Colour = [24, 128, 128];
const sky: Colour = [180, 140, 122];
/** As cameras see lit lenses, in Y, Cb, Cr. */
const lit: Readonly<Record<Lamp, Colour>> = { red: [120, 104, 205], amber: [180, 50, 165], green: [175, 130, 62] };

/** A housing 20 px wide and 60 high in front of the sky, one lens lit. */
function light(lamp: Lamp | null, place: number): (x: number, y: number) => Colour {
  return (x, y) => {
    if (x < 0 || x > 20 || y < 0 || y > 60) return sky;
    return lamp && Math.hypot(x - 10, y - (10 + 20 * place)) < 7 ? lit[lamp] : housing;
  };
}

test('tells the lamp that is lit, also in a loose box and where it lies on its side', () => {
  for (const [place, lamp] of (['red', 'amber', 'green'] as const).entries()) {
    const sample = light(lamp, place);
    assert.equal(lampOf(sample, [0, 0, 20, 60]), lamp);
    assert.equal(lampOf(sample, [-4, -6, 23, 64]), lamp, `${lamp} in a loose box`);
    assert.equal(
      lampOf((x, y) => sample(y, x), [0, 0, 60, 20]),
      lamp,
      `${lamp}, lying`,
    );
  }
});

test('tells nothing where no lamp is lit', () => {
  assert.equal(lampOf(light(null, 0), [0, 0, 20, 60]), null);
  assert.equal(lampOf(light(null, 0), [-4, -6, 23, 64]), null);
});
