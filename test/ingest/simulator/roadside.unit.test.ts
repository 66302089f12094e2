import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { cameraOf, project } from '../../../ingest/simulator/camera.ts';
import type { RoadsideScenario } from '../../../ingest/simulator/roadside/roadside-scenario.ts';
import { countPassers, type RoadsideTruth, roadsideTruthOf } from '../../../ingest/simulator/roadside/roadside-truth.ts';
import { framesPerSecond } from '../../../ingest/simulator/scenario.ts';
import { roadsideScenarios } from '../../../ingest/simulator/scenarios/index.ts';
import { roadsideCountry, roadsideCountryOf } from '../../../ingest/simulator/scenarios/roadside-country.ts';
import { roadsideIncidents } from '../../../ingest/simulator/scenarios/roadside-incidents.ts';
import { roadsideMotorwayOf } from '../../../ingest/simulator/scenarios/roadside-motorway.ts';
import { truthAt } from '../../../ingest/simulator/truth.ts';
import { groundAt, homographyOf } from '../../../schemas/ground-plane.ts';
import { type RoadsideConfiguration, roadsideSchema } from '../../../schemas/roadside.ts';

const [width, height] = [1280, 720];
const truth = (scenario: RoadsideScenario, frameIndex: number): RoadsideTruth =>
  roadsideTruthOf(truthAt(scenario, frameIndex), scenario.site, width, height);
const framesOf = ({ durationSeconds }: RoadsideScenario): number => Math.round(durationSeconds * framesPerSecond);
const all = (scenario: RoadsideScenario, step = 5): RoadsideTruth[] =>
  Array.from({ length: Math.ceil(framesOf(scenario) / step) }, (_, index) => truth(scenario, index * step));

for (const scenario of roadsideScenarios)
  describe(scenario.name, () => {
    test('has a site that a configuration takes', () => {
      assert.equal(roadsideSchema.parse(scenario.site).regions.length, scenario.site.regions.length);
    });

    test('has marks that find every point of the ground where it is', () => {
      const homography = homographyOf(scenario.site.ground);
      const camera = cameraOf(scenario.camera.heightMeters, scenario.camera.pitchDegrees);
      const offset = scenario.ego.laneOffsetMeters[0]![1];
      for (let along = 12; along < 60; along += 6)
        for (let across = -6; across <= 6; across += 3) {
          const { x, y } = project(camera, across, 0, along);
          const { point } = groundAt(homography, [x / width, y / height])!;
          // Fractions are rounded to a tenth of a pixel, which is 6 cm at 60 m.
          assert.ok(Math.hypot(point[0] - across - offset, point[1] - along) < 0.1, `${point} for ${across + offset},${along}`);
        }
    });

    test('goes on without a seam when it begins again', () => {
      const last = framesOf(scenario);
      const [before, after] = [truth(scenario, last - 1), truth(scenario, last)];
      for (const { actorId, groundMeters, speedMps } of after.passers) {
        if (groundMeters[1] > 250 || groundMeters[1] < 12) continue;
        const was = before.passers
          .filter((each) => each.actorId === actorId)
          .map((each) => Math.abs(each.groundMeters[1] - groundMeters[1]));
        assert.ok(Math.min(...was) <= speedMps / framesPerSecond + 1e-6, `${actorId} jumps by ${was} m`);
      }
    });

    test('leaves nobody in its regions over, whoever comes in goes out', () => {
      for (const [regionId, { entered, left }] of countPassers(scenario.site, all(scenario))) {
        const [first, last] = [truth(scenario, 0), truth(scenario, framesOf(scenario) - 5)];
        const inside = ({ passers }: RoadsideTruth) => passers.filter(({ regions }) => regions.includes(regionId)).length;
        const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0);
        assert.ok(sum(entered) > 0, `nobody passes ${regionId}`);
        assert.equal(sum(entered) - sum(left), inside(last), `${regionId}, with ${inside(first)} at first`);
      }
    });
  });

test('nobody drives through anybody else, whatever the seed', () => {
  for (let seed = 1; seed <= 20; seed++)
    for (const scenario of [roadsideCountryOf(seed), roadsideMotorwayOf(seed)])
      for (const { passers, timeSeconds } of all(scenario, 15)) {
        const near = passers.filter(({ groundMeters }) => groundMeters[1] > 5 && groundMeters[1] < 115);
        for (const [index, one] of near.entries())
          for (const other of near.slice(index + 1)) {
            const isSameLane = Math.abs(one.groundMeters[0] - other.groundMeters[0]) < 1;
            const gap = Math.abs(one.groundMeters[1] - other.groundMeters[1]);
            assert.ok(
              !isSameLane || gap > 10,
              `${scenario.name} ${seed}: ${one.actorId} and ${other.actorId} at ${timeSeconds} s, ${gap} m`,
            );
          }
      }
});

test('in the incidents one stands for 20 s, one drives the wrong way, one is too fast and one walks', () => {
  const passers = all(roadsideIncidents, 15).flatMap((each) => each.passers.map((passer) => ({ ...passer, at: each.timeSeconds })));
  const of = (actorId: string) => passers.filter((passer) => passer.actorId === actorId && passer.regions.length > 0);
  const standing = of('stopping').filter(({ speedMps }) => speedMps === 0);
  assert.ok(standing.at(-1)!.at - standing[0]!.at >= 19.5);
  assert.ok(of('wrong-way').every(({ regions }) => regions.includes('towards')) && of('wrong-way').length > 0);
  assert.ok(of('wrong-way').at(-1)!.groundMeters[1] > of('wrong-way')[0]!.groundMeters[1]);
  assert.ok(of('speeding').every(({ speedMps }) => speedMps * 3.6 > 80) && of('speeding').length > 0);
  assert.ok(of('walker').length > 0);
});

test('the example configuration has the marks and regions of the country road', () => {
  const example = parse(readFileSync(new URL('../../../roadstream.example.yaml', import.meta.url), 'utf8')) as {
    streams: { url: string; roadside?: RoadsideConfiguration }[];
  };
  const { roadside } = example.streams.find(({ url }) => url === 'sim:roadside-country')!;
  const { ground, regions } = roadsideCountry.site;
  assert.deepEqual(roadside!.ground, ground);
  assert.deepEqual(
    roadside!.regions.map(({ id, polygon, direction }) => ({ id, polygon, direction })),
    regions,
  );
});
