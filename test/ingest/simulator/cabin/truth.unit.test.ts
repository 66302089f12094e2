import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type CabinTruth, Timeline } from '../../../../ingest/simulator/cabin/truth.ts';
import { framesPerSecond } from '../../../../ingest/simulator/scenario.ts';
import { cabinScenarios } from '../../../../ingest/simulator/scenarios/index.ts';

function drive(name: string): CabinTruth[] {
  const timeline = new Timeline(cabinScenarios.find((scenario) => scenario.name === name)!);
  return Array.from({ length: timeline.framesPerLoop }, (_, frame) => timeline.truth(frame));
}

/** Lengths in seconds of the times during which something was so. */
function spells(truths: readonly CabinTruth[], isSo: (truth: CabinTruth) => boolean): number[] {
  const lengths: number[] = [];
  truths.forEach((truth, at) => {
    if (!isSo(truth)) return;
    if (at > 0 && isSo(truths[at - 1]!)) lengths[lengths.length - 1]! += 1 / framesPerSecond;
    else lengths.push(1 / framesPerSecond);
  });
  return lengths;
}

const closures = (truths: readonly CabinTruth[]) => spells(truths, ({ isEyesClosed }) => isEyesClosed);
const looksAway = (truths: readonly CabinTruth[]) => spells(truths, ({ isLookingAway }) => isLookingAway);
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected} ± ${tolerance}`);

describe('truth of drivers', () => {
  test('begins and ends awake, with the eyes on the road and the face in view, so that loops close', () => {
    for (const { name } of cabinScenarios) {
      const truths = drive(name);
      for (const truth of [truths[0]!, truths.at(-1)!]) {
        assert.ok(!truth.isEyesClosed && !truth.isLookingAway && truth.presence === 'present' && truth.coveredFraction === 0, name);
      }
      near(truths.at(-1)!.yawDegrees, truths[0]!.yawDegrees, 1);
      near(truths.at(-1)!.pitchDegrees, truths[0]!.pitchDegrees, 1);
    }
  });

  test('attentive drivers blink and use their mirrors, but break no rule', () => {
    for (const name of ['cabin-attentive', 'cabin-glasses', 'cabin-night', 'cabin-infrared']) {
      const truths = drive(name);
      const minutes = truths.length / framesPerSecond / 60;
      const blinks = closures(truths);
      assert.ok(blinks.length / minutes > 12 && blinks.length / minutes < 24, `${blinks.length / minutes} blinks a minute`);
      assert.ok(Math.max(...blinks) < 0.3, name);
      assert.ok(looksAway(truths).length >= 4 && Math.max(...looksAway(truths)) < 2, name);
      assert.ok(Math.max(...truths.map(({ awaySecondsOf30 }) => awaySecondsOf30)) < 8, name);
      assert.ok(Math.max(...truths.slice(10 * framesPerSecond).map(({ perclos }) => perclos)) < 0.06, name);
      assert.ok(!truths.some(({ isYawning }) => isYawning), name);
    }
  });

  test('microsleeps last as long as they say, and are told how long already', () => {
    const truths = drive('cabin-microsleep');
    const long = closures(truths).filter((seconds) => seconds > 1);
    assert.equal(long.length, 2);
    near(long[0]!, 1.6, 0.2);
    near(long[1]!, 3, 0.2);
    near(Math.max(...truths.map(({ eyesClosedSeconds }) => eyesClosedSeconds)), long[1]!, 1e-6);
  });

  test('heavy lids bring PERCLOS above a tenth, then above a fifth, without a microsleep', () => {
    const truths = drive('cabin-drowsy');
    const perclosAt = (seconds: number): number => truths[seconds * framesPerSecond]!.perclos;
    assert.ok(perclosAt(44) < 0.05);
    assert.ok(perclosAt(108) > 0.1 && perclosAt(108) < 0.2, `${perclosAt(108)}`);
    assert.ok(perclosAt(180) > 0.22, `${perclosAt(180)}`);
    assert.ok(Math.max(...closures(truths)) < 0.95);
  });

  test('PERCLOS is the share of the last minute, over loops too', () => {
    const timeline = new Timeline(cabinScenarios.find(({ name }) => name === 'cabin-microsleep')!);
    const frame = timeline.framesPerLoop + 17 * framesPerSecond;
    const window = 60 * framesPerSecond;
    let closed = 0;
    for (let at = frame - window + 1; at <= frame; at++) if (timeline.truth(at).isEyesClosed) closed++;
    near(timeline.truth(frame).perclos, closed / window, 1e-9);
  });

  test('yawns keep the mouth open for seconds and the eyes half open', () => {
    const truths = drive('cabin-yawning');
    const yawns = spells(truths, ({ isYawning }) => isYawning);
    assert.equal(yawns.length, 3);
    for (const seconds of yawns) assert.ok(seconds > 2.5 && seconds < 4.5, `${seconds}`);
  });

  test('long glances are longer than 3.5 s, and the short one is not', () => {
    const lengths = looksAway(drive('cabin-long-glance'));
    assert.deepEqual(
      lengths.map((seconds) => seconds > 3.5),
      [false, true, true],
    );
    assert.ok(looksAway(drive('cabin-phone')).every((seconds) => seconds > 3.5));
    for (const name of ['cabin-long-glance', 'cabin-phone'])
      assert.ok(Math.max(...drive(name).map(({ awaySecondsOf30 }) => awaySecondsOf30)) < 9.6, name);
  });

  test('the driver who writes looks away for more than 10 of 30 s, but never for long at once', () => {
    const truths = drive('cabin-time-sharing');
    assert.ok(Math.max(...truths.map(({ awaySecondsOf30 }) => awaySecondsOf30)) > 12);
    assert.ok(Math.max(...looksAway(truths)) < 3);
  });

  test('an empty seat, a covered lens and a hidden face last as long as they say', () => {
    near(spells(drive('cabin-no-driver'), ({ presence }) => presence === 'absent')[0]!, 20.7, 0.2);
    near(spells(drive('cabin-covered'), ({ coveredFraction }) => coveredFraction === 1)[0]!, 15, 0.1);
    near(spells(drive('cabin-hidden'), ({ isFaceHidden }) => isFaceHidden)[0]!, 8.5, 0.1);
  });
});
