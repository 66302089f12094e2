import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { kmh, laneWidthMeters } from '../../../../ingest/simulator/scenario.ts';
import { countryMast } from '../../../../ingest/simulator/scenarios/roadside-country.ts';
import type { RoadsideJudgement } from '../../../../processors/core/roadside/roadside-judge.ts';
import { quantile } from '../evaluation.ts';
import { framesPerSecond, type Passer, passing, roadsideJudge, watch } from './synthetic-road.ts';

const away = (speedKmh: number, besideAtSeconds = -0.5): Passer => ({
  lateralMeters: 0,
  alongMeters: passing(kmh(speedKmh), besideAtSeconds),
});
const towards = (speedKmh: number, besideAtSeconds: number): Passer => ({
  lateralMeters: -laneWidthMeters,
  alongMeters: passing(-kmh(speedKmh), besideAtSeconds),
});
const raised = (judgements: readonly RoadsideJudgement[]) =>
  judgements.flatMap(({ alerts }) => alerts).filter(({ state }) => state === 'raised');
const region = (judgement: RoadsideJudgement, id: string) => judgement.regions.find(({ regionId }) => regionId === id)!;
/** Of all frames, tracks in a region. */
const inRegion = (judgements: readonly RoadsideJudgement[]) =>
  judgements.flatMap(({ tracks }) => tracks.filter(({ regions }) => regions.length > 0));

describe('speeds', () => {
  for (const speedKmh of [15, 30, 50, 80, 130])
    test(`of a car that drives away at ${speedKmh} km/h is right within 3 km/h in the middle, and 5 nearly always`, () => {
      const errors = [1, 2, 3, 4, 5].flatMap((seed) =>
        inRegion(watch(roadsideJudge(), [away(speedKmh)], 90 / kmh(speedKmh), { seed })).flatMap(({ speedMps }) =>
          speedMps === null ? [] : [Math.abs(speedMps * 3.6 - speedKmh)],
        ),
      );
      assert.ok(errors.length > 20, `${errors.length} speeds`);
      assert.ok(quantile(errors, 0.5) < 3, `median ${quantile(errors, 0.5)}`);
      assert.ok(quantile(errors, 0.95) < 5, `95 % below ${quantile(errors, 0.95)}`);
    });

  test('are not told before they are known, and then soon', () => {
    const judged = watch(roadsideJudge(), [away(50)], 5);
    const first = judged.findIndex(({ tracks }) => tracks.length > 0);
    const known = judged.findIndex(({ tracks }) => tracks.some(({ speedMps }) => speedMps !== null));
    assert.equal(judged[first]!.tracks[0]!.speedMps, null);
    assert.ok(known > first && known - first < 1.5 * framesPerSecond, `known ${known - first} frames after it was seen`);
  });

  test('of somebody whose foot is outside the picture are not made up', () => {
    // Its wheels are below the lower edge, where its box is cut.
    const cut: Passer = { lateralMeters: 0, alongMeters: () => 8.2 };
    assert.ok(watch(roadsideJudge(), [cut], 3).every(({ tracks }) => tracks.every(({ speedMps }) => speedMps === null)));
  });

  test('are not told without four points of the ground, which is said; counting goes on', () => {
    const regions = [
      {
        id: 'all',
        polygon: [
          [0, 0.25],
          [1, 0.25],
          [1, 0.9],
          [0, 0.9],
        ],
      },
    ];
    const judged = watch(roadsideJudge({ ground: null, regions }), [away(50)], 5);
    assert.ok(
      judged.every(
        ({ tracks, degraded }) => tracks.every(({ speedMps }) => speedMps === null) && degraded.includes('speed:not-calibrated'),
      ),
    );
    assert.deepEqual(judged.at(-1)!.regions[0]!.entered, { car: 1 });
    assert.equal(judged.at(-1)!.horizonPx, null);
  });
});

describe('counts', () => {
  test('are those who went in and out, by region and class', () => {
    const lorry: Passer = { ...away(45, 5), model: 'truck' };
    const last = watch(roadsideJudge(), [away(50), lorry, towards(60, 7), towards(60, 12)], 16).at(-1)!;
    assert.deepEqual(
      [region(last, 'away').entered, region(last, 'away').left],
      [
        { car: 1, truck: 1 },
        { car: 1, truck: 1 },
      ],
    );
    assert.deepEqual([region(last, 'towards').entered, region(last, 'towards').left], [{ car: 2 }, { car: 2 }]);
    assert.equal(region(last, 'away').occupancy, 0);
  });

  test('tell who is in now, for how long and how fast', () => {
    const judged = watch(roadsideJudge(), [away(36)], 4);
    const { occupancy, longestDwellSeconds, meanSpeedMps } = region(judged.at(-1)!, 'away');
    // In at 15 m after 1 s, 3 s ago, but for the border's margin.
    assert.equal(occupancy, 1);
    assert.ok(Math.abs(longestDwellSeconds! - 3) < 0.6, `${longestDwellSeconds} s`);
    assert.ok(Math.abs(meanSpeedMps! - 10) < 0.8, `${meanSpeedMps} m/s`);
  });

  test('take a standing car that something hides for a while for one and the same', () => {
    const standing: Passer = { lateralMeters: 0, alongMeters: (seconds) => (seconds > 6 && seconds < 9 ? null : 25) };
    const last = watch(roadsideJudge(), [standing], 14).at(-1)!;
    assert.deepEqual(region(last, 'away').entered, { car: 1 });
    assert.ok(region(last, 'away').longestDwellSeconds! > 13, `${region(last, 'away').longestDwellSeconds} s`);
  });

  test('stay when the camera reconnects, and nobody stays in', () => {
    const judge = roadsideJudge();
    watch(judge, [{ lateralMeters: 0, alongMeters: () => 25 }], 2);
    const last = watch(judge, [], 1, { from: 60, epoch: 2 }).at(-1)!;
    const { occupancy, entered, left } = region(last, 'away');
    assert.deepEqual({ occupancy, entered, left }, { occupancy: 0, entered: { car: 1 }, left: { car: 1 } });
  });
});

describe('alerts', () => {
  test('tell of each who is surely too fast, once, and of none who is not', () => {
    const judged = watch(roadsideJudge(), [away(80), towards(100, 4), away(57, 6), towards(62, 12)], 16);
    assert.deepEqual(
      raised(judged)
        .map(({ type, severity }) => [type, severity])
        .sort(),
      [
        ['speeding', 'caution'],
        ['speeding', 'warning'],
      ],
    );
    for (const { evidence, message } of raised(judged)) {
      assert.ok(evidence.speedKmh! - 2 * evidence.speedSigmaKmh! > 60, message);
      assert.match(message, /^Car \d+ at (7|8|9|10)\d km\/h \(± \d+\) where 60 are allowed\.$/);
    }
    assert.equal(judged.flatMap(({ alerts }) => alerts).filter(({ state }) => state === 'cleared').length, 2);
  });

  test('take the limit of the region, or else the camera`s', () => {
    const [awayRegion, towardsRegion] = countryMast.site.regions;
    const judge = roadsideJudge({ regions: [{ ...awayRegion, speedLimitKmh: 100 }, towardsRegion], speedLimitKmh: 30 });
    const judged = watch(judge, [away(80, 1), towards(50, 5)], 12);
    assert.deepEqual(
      raised(judged).filter(({ evidence }) => evidence.limitKmh === 100),
      [],
    );
    assert.ok(raised(judged).some(({ evidence }) => evidence.limitKmh === 30 && evidence.speedKmh! < 60));
  });

  test('tell of somebody who drives where traffic comes the other way', () => {
    const judged = watch(roadsideJudge(), [{ ...away(50), lateralMeters: -laneWidthMeters }, towards(50, 9)], 10);
    assert.deepEqual(
      raised(judged).map(({ type, severity }) => [type, severity]),
      [['wrong-way', 'critical']],
    );
  });

  test('tell of a car that stands in its lane for longer than 10 s, until it drives on', () => {
    const stopping: Passer = { lateralMeters: 0, alongMeters: (seconds) => (seconds < 16 ? 30 : 30 + 8 * (seconds - 16)) };
    const told = watch(roadsideJudge(), [stopping], 22).flatMap((judged, index) =>
      judged.alerts.map((alert) => ({ ...alert, at: index / framesPerSecond })),
    );
    assert.deepEqual(
      told.map(({ type, state }) => [type, state]),
      [
        ['stopped-vehicle', 'raised'],
        ['stopped-vehicle', 'cleared'],
      ],
    );
    assert.ok(told[0]!.at > 10 && told[0]!.at < 11.5, `raised at ${told[0]!.at} s`);
    assert.ok(told[1]!.at > 16 && told[1]!.at < 20, `cleared at ${told[1]!.at} s`);
  });

  test('leave those in peace who wait on foot, or where no direction is given', () => {
    const [awayRegion] = countryMast.site.regions;
    const person: Passer = { model: 'person', lateralMeters: 0, alongMeters: () => 25 };
    assert.deepEqual(raised(watch(roadsideJudge(), [person], 14)), []);
    const parked: Passer = { lateralMeters: 0, alongMeters: () => 25 };
    assert.deepEqual(raised(watch(roadsideJudge({ regions: [{ ...awayRegion, direction: null }] }), [parked], 14)), []);
  });
});

test('goes on exactly from a snapshot that has been through JSON', () => {
  const passers = [away(80), towards(70, 4), { lateralMeters: 0, alongMeters: () => 40 }];
  const [whole, first, second] = [roadsideJudge(), roadsideJudge(), roadsideJudge()];
  watch(whole, passers, 2);
  watch(first, passers, 2);
  second.restore(JSON.parse(JSON.stringify(first.snapshot())));
  const options = { from: 2 * framesPerSecond, seed: 5 };
  assert.deepEqual(watch(second, passers, 4, options), watch(whole, passers, 4, options));
});

test('keeps the counts of regions that are still there when the configuration changes', () => {
  const before = roadsideJudge();
  watch(before, [away(50), towards(60, 4)], 8);
  const [awayRegion, towardsRegion] = countryMast.site.regions;
  const after = roadsideJudge({ regions: [{ ...towardsRegion, id: 'new' }, awayRegion] });
  after.restore(before.snapshot());
  const [judged] = watch(after, [], 1 / framesPerSecond, { from: 200 });
  assert.deepEqual(
    judged!.regions.map(({ regionId, entered }) => [regionId, entered]),
    [
      ['new', {}],
      ['away', { car: 1 }],
    ],
  );
});
