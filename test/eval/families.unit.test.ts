import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ExpectedEvent } from '../../eval/events.ts';
import { collisionEvents } from '../../eval/families/collision-events.ts';
import { collisionRule } from '../../eval/families/collision-grade.ts';
import { distance } from '../../eval/families/distance.ts';
import { driverEvents, yawnEvents } from '../../eval/families/driver-events.ts';
import { families } from '../../eval/families/index.ts';
import { lanes } from '../../eval/families/lanes.ts';
import { photographs } from '../../eval/families/photographs.ts';
import { quietDrives as quietOf } from '../../eval/families/road-drives.ts';
import { tracking } from '../../eval/families/tracking.ts';
import type { Family, GradedDrive } from '../../eval/family.ts';
import { type PhotographLabel, photographsName } from '../../eval/photographs.ts';
import { gradingScenarios, scenarioOf } from '../../eval/scenarios.ts';
import type { Trace } from '../../eval/trace.ts';
import type { CabinScenario } from '../../ingest/simulator/cabin/scenario.ts';
import type { Scenario } from '../../ingest/simulator/scenario.ts';
import { type Box, nothingSeen, type Perception } from '../../schemas/messages.ts';
import { cabinTraceOf, traceOf } from './truth-trace.ts';

const scenariosOf = (file: string) => gradingScenarios.get(file)! as readonly Scenario[];
const blind = (file: string) => scenariosOf(file).map((scenario) => traceOf(scenario, 'nothing'));

function figureOf(family: Family, trace: Trace, name: string): number {
  const drive: GradedDrive = { scenario: trace.scenario, detector: trace.detector, seconds: trace.seconds, grade: family.grade(trace) };
  const figure = family.figures([drive]).find((one) => one.name.startsWith(name));
  assert.ok(figure, `${family.name} has no figure ${name}`);
  return figure.value;
}

describe('what a drive asks to be warned of', () => {
  test('is one danger in every drive towards somebody, of the kind its name says', () => {
    for (const trace of blind('forward-collision')) {
      const events = collisionEvents(trace, collisionRule);
      assert.equal(events.length, 1, trace.scenario);
      const [{ kind, isRequired }] = events as [(typeof events)[0]];
      assert.ok(isRequired, trace.scenario);
      assert.ok(trace.scenario.includes({ stationary: 'standing', slower: 'moving' }[kind] ?? kind), `${trace.scenario}: ${kind}`);
    }
  });

  test('is a cut-in where somebody comes over, and whoever crosses where somebody does; those who stop ask for nothing', () => {
    for (const trace of blind('cut-ins'))
      assert.deepEqual(
        collisionEvents(trace, collisionRule).map(({ kind }) => kind),
        ['cut-in'],
        trace.scenario,
      );
    for (const trace of blind('crossings')) {
      const kinds = collisionEvents(trace, collisionRule).map(({ kind }) => kind);
      const expected = trace.scenario.includes('stops') ? [] : [trace.scenario.includes('cyclist') ? 'bicycle' : 'person'];
      assert.deepEqual(kinds, expected, trace.scenario);
    }
  });

  test('is one departure in every drift, to its side, and none in a change of lanes that is meant', () => {
    for (const trace of blind('lane-departure')) {
      const kinds = lanes.grade(trace).events.map(({ event }) => event.kind);
      assert.deepEqual(
        kinds,
        trace.scenario.includes('change') ? [] : [trace.scenario.includes('left') ? 'left' : 'right'],
        trace.scenario,
      );
    }
  });
});

describe('what a driver does asks to be told of', () => {
  /** By a part of the name; attentive drivers ask for nothing at all. */
  const due: Readonly<Record<string, readonly [type: string, count: number]>> = {
    microsleep: ['microsleep', 4],
    glance: ['long-glance', 3],
    writing: ['time-sharing', 1],
    screen: ['time-sharing', 1],
    yawning: ['yawn', 4],
    perclos: ['drowsiness', 1],
  };

  for (const scenario of ['attentive', 'driver'].flatMap((file) => gradingScenarios.get(file)!) as CabinScenario[])
    test(scenario.name, () => {
      const trace = cabinTraceOf(scenario);
      const events: Readonly<Record<string, readonly ExpectedEvent[]>> = { ...driverEvents(trace), yawn: yawnEvents(trace) };
      const required = Object.entries(events).map(([type, all]) => [type, all.filter(({ isRequired }) => isRequired).length]);
      const counts = Object.fromEntries(required);
      const [type, count] = Object.entries(due).find(([part]) => scenario.name.includes(part))?.[1] ?? [undefined, 0];
      if (type !== undefined) assert.equal(counts[type], count);
      else
        assert.deepEqual(
          required.filter(([, number]) => number !== 0),
          [],
        );
    });
});

describe('grades', () => {
  const [following] = scenariosOf('distance') as [Scenario];

  test('are full for who sees everything exactly', () => {
    const exact = traceOf(following, 'everything');
    assert.equal(figureOf(distance, exact, 'distance 5-60 m'), 0);
    assert.equal(figureOf(tracking, exact, 'IDF1'), 1);
    assert.equal(figureOf(tracking, exact, 'identity switches'), 0);
  });

  test('are nothing for who sees nothing', () => {
    assert.equal(figureOf(tracking, traceOf(following, 'nothing'), 'IDF1'), 0);
    assert.equal(figureOf(lanes, traceOf(following, 'nothing'), 'day: lines found'), 0);
  });

  test('every family names drives that exist, and fewer of them for the quick part', () => {
    for (const family of families) {
      const [all, quick] = [false, true].map((isQuick) => family.drives({ isQuick, isSecond: false })) as [string[], string[]];
      assert.ok(quick.length > 0 && quick.length <= all.length, family.name);
      for (const name of [...all, ...quick]) if (name !== photographsName) assert.equal(scenarioOf(name).name, name);
    }
  });

  test('a photograph counts as found where the middle of the box lies in the marked face, and by its eyes unless it shows a yawn', () => {
    const label = { file: '', faceBoxPx: { x: 100, y: 100, width: 100, height: 100 } };
    const seen = (state: PhotographLabel['state'], faceBoxPx: Box | null, isEyesClosed: boolean | null) => ({
      timeSeconds: 0,
      truth: { ...label, state },
      perception: { ...nothingSeen, driver: { faceBoxPx, isEyesClosed } } as unknown as Perception,
      alerts: [],
    });
    const inside: Box = [110, 110, 190, 190];
    const trace: Trace = {
      scenario: photographsName,
      detector: 'none',
      seconds: 0,
      frames: [
        seen('alert', inside, false),
        seen('microsleep', inside, false),
        seen('yawning', inside, true),
        seen('alert', [300, 110, 380, 190], null),
      ],
    };
    assert.equal(figureOf(photographs, trace, 'face found'), 75);
    assert.equal(figureOf(photographs, trace, 'eyes open or shut'), 50);
  });
});

describe('an hour in which nothing happens', () => {
  const quietDrives = scenariosOf('quiet');

  test('lasts an hour, by day, at dusk and at night, in rain and fog, on motorways, in towns and over hills', () => {
    assert.equal(
      quietDrives.reduce((sum, { durationSeconds }) => sum + durationSeconds, 0),
      3600,
    );
    for (const part of ['country', 'motorway', 'town', 'hills', 'shadows', 'dusk', 'night', 'rain', 'fog'])
      assert.ok(
        quietDrives.some(({ name }) => name.includes(part)),
        part,
      );
  });

  test('asks for no warning in the drives of the quick part', () => {
    for (const name of quietOf({ isQuick: true, isSecond: false }))
      assert.deepEqual(
        collisionEvents(traceOf(scenarioOf(name) as Scenario, 'nothing'), collisionRule).filter(({ isRequired }) => isRequired),
        [],
        name,
      );
  });
});
