import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { framesPerSecond, type Scenario } from '../../../ingest/simulator/scenario.ts';
import { scenarios as builtIn } from '../../../ingest/simulator/scenarios/index.ts';
import { type Truth, truthAt } from '../../../ingest/simulator/truth.ts';

const folder = path.join(import.meta.dirname, '../../scenarios');

async function load(part: 'tune' | 'grade'): Promise<Map<string, readonly Scenario[]>> {
  const lists = new Map<string, readonly Scenario[]>();
  for (const file of readdirSync(path.join(folder, part)))
    for (const [name, list] of Object.entries((await import(path.join(folder, part, file))) as Record<string, readonly Scenario[]>))
      lists.set(name, list);
  return lists;
}

const parts = { tune: await load('tune'), grade: await load('grade') };
const all = Object.values(parts).flatMap((lists) => [...lists.values()].flat());
const of = (list: string): Scenario[] => Object.values(parts).flatMap((lists) => lists.get(list) ?? []);

/** Every `step`th frame of a drive. */
function drive(scenario: Scenario, step: number): Truth[] {
  const frames = Math.round(scenario.durationSeconds * framesPerSecond);
  return Array.from({ length: Math.ceil(frames / step) }, (_, index) => truthAt(scenario, Math.min(frames - 1, index * step)));
}
const leastTtc = (truths: readonly Truth[]): number =>
  Math.min(
    ...truths.flatMap(({ actors }) =>
      actors.filter(({ inPath }) => inPath).map(({ ttcSeconds }) => ttcSeconds ?? Number.POSITIVE_INFINITY),
    ),
  );

describe('road scenarios that tune and grade', () => {
  test('have names and seeds of their own, so that nothing that tunes grades', () => {
    assert.equal(new Set([...all, ...builtIn].map(({ name }) => name)).size, all.length + builtIn.length);
    // A road and a cabin have nothing in common but the number.
    assert.equal(new Set(all.map((scenario) => `${'kind' in scenario ? scenario.kind : 'road'}/${scenario.seed}`)).size, all.length);
    for (const { name, durationSeconds } of all) assert.ok(Math.abs(Math.round(durationSeconds * 30) - durationSeconds * 30) < 1e-6, name);
  });

  test('of forward collisions begin before 4 s to contact and end near 1 s', () => {
    for (const scenario of [...of('forwardCollision'), ...of('cutIns')]) {
      const truths = drive(scenario, 5);
      assert.ok(leastTtc(truths.slice(0, 6)) > 4, scenario.name);
      const end = leastTtc(truths);
      assert.ok(end > 0.85 && end < 1.2, `${scenario.name} ends ${end} s before contact`);
    }
  });

  test('of crossings come into the path before contact, unless they stop beside it', () => {
    for (const scenario of of('crossings')) {
      const truths = drive(scenario, 1);
      const stops = scenario.name.includes('stops');
      assert.equal(
        truths.some(({ actors }) => actors.some(({ inPath }) => inPath)),
        !stops,
        scenario.name,
      );
      assert.ok(stops || leastTtc(truths) < 1.5, scenario.name);
    }
  });

  test('of quiet drives never come within 5 s of what is in the path, and grade 60 minutes', () => {
    for (const scenario of of('quietDrives')) {
      const least = leastTtc(drive(scenario, 30));
      assert.ok(least > 5, `${scenario.name}: ${least} s`);
    }
    const seconds = parts.grade.get('quietDrives')!.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0);
    assert.equal(seconds, 3600);
  });

  test('of lane departures pass the latest warning line of ISO 17361, 0.30 m beyond the line, at their rate', () => {
    for (const scenario of of('laneDepartures')) {
      const side = scenario.name.includes('left') ? 0 : 1;
      const truths = drive(scenario, 3);
      assert.ok(Math.min(...truths.map(({ lane }) => lane.lines[side]!.wheelMeters)) < -0.3, scenario.name);
      const crossing = truths.find(({ lane }) => lane.lines[side]!.wheelMeters < 0)!;
      const rate = Number(scenario.name.match(/-(\d\d)/)![1]) / 10;
      assert.ok(Math.abs(Math.abs(crossing.lane.offsetRateMps) - rate) < 0.01, `${scenario.name}: ${crossing.lane.offsetRateMps} m/s`);
      assert.ok(truths.every(({ indicator }) => indicator === 'off'));
    }
  });

  test('of meant lane changes indicate before a wheel touches the line, and end in the middle of the next lane', () => {
    for (const scenario of of('laneChanges')) {
      const truths = drive(scenario, 1);
      for (const { lane, indicator } of truths)
        if (lane.lines.some(({ wheelMeters }) => wheelMeters < 0)) assert.notEqual(indicator, 'off', scenario.name);
      assert.ok(Math.abs(truths.at(-1)!.lane.offsetMeters) < 0.05);
    }
  });

  test('of signs show each of them large enough to be read', () => {
    for (const scenario of of('signDrives')) {
      const widest = new Map<number, number>();
      for (const { signs } of drive(scenario, 3))
        for (const { atMeters, boxPx } of signs) widest.set(atMeters, Math.max(widest.get(atMeters) ?? 0, boxPx[2] - boxPx[0]));
      assert.equal(widest.size, scenario.signs!.length, scenario.name);
      for (const width of widest.values()) assert.ok(width > 34, `${scenario.name}: ${width} px`);
    }
  });

  test('of distance use 8 to 50 m, and hills move the horizon', () => {
    for (const scenario of of('distanceDrives')) {
      const truths = drive(scenario, 10);
      const leads = truths.map(({ actors }) => actors.find(({ actorId }) => actorId === 'lead')!.distanceMeters);
      assert.ok(Math.min(...leads) < 13 && Math.max(...leads) > 48, `${scenario.name}: ${Math.min(...leads)} to ${Math.max(...leads)}`);
      const horizons = truths.map(({ horizonPx }) => horizonPx);
      const swing = Math.max(...horizons) - Math.min(...horizons);
      assert.ok(scenario.hills ? swing > 20 : swing === 0, `${scenario.name}: ${swing} px`);
    }
  });
});
