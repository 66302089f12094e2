import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evaluation, evaluate, quantile } from './evaluation.ts';
import { dangerous, quiet } from './scenarios.ts';

const runs = 40;

/** True time to collision at the warning: the latest that 19 of 20 runs, and the earliest that any, may have. */
const windows: Readonly<
  Record<string, { readonly latest: number; readonly earliest: number; readonly why: string; readonly ttcError?: number }>
> = {
  'stationary car at 80 km/h': { latest: 2.1, earliest: 3.2, why: 'NHTSA NCAP FCW test 1; comes into sight at 3.1 s' },
  'stationary car at 50 km/h, half a width beside': { latest: 2.1, earliest: 4.6, why: 'Euro NCAP CCRs with 50 % overlap' },
  'car at 20 km/h, ego at 80 km/h': { latest: 2, earliest: 4, why: 'NHTSA NCAP FCW test 3' },
  'car braking with 6 m/s2 12 m ahead': {
    latest: 1.4,
    earliest: 4.1,
    why: 'Euro NCAP CCRb; 2.7 s are left 0.66 s after the brakes bite, 1.4 s after 1 s',
  },
  'car braking with 6 m/s2 40 m ahead': { latest: 1.6, earliest: 4.1, why: 'Euro NCAP CCRb' },
  'car braking with 2 m/s2 12 m ahead': { latest: 1.7, earliest: 4.1, why: 'Euro NCAP CCRb' },
  'slower car cutting in': {
    latest: 1.6,
    earliest: 3.6,
    why: 'begins at 3.6 s; its side crosses the path at 2.3 s; beside the axis only its height tells',
    ttcError: 0.2,
  },
  'walker crossing from the right': { latest: 1.9, earliest: 4, why: 'Euro NCAP CPFA-50 at 45 km/h' },
};

for (const [name, scenario] of Object.entries(dangerous))
  test(`warns in time and once: ${name}`, (t) => {
    const { latest, earliest, why, ttcError = 0.15 } = windows[name]!;
    const result = evaluate(scenario, runs);
    t.diagnostic(report(result));
    assert.equal(result.warnTtcSeconds.length, runs, 'a run without a warning');
    const late = quantile(result.warnTtcSeconds, 0.05);
    assert.ok(late >= latest, `19 of 20 warnings come before ${late} s, not ${latest} s (${why})`);
    assert.ok(Math.max(...result.warnTtcSeconds) <= earliest, `a warning comes ${Math.max(...result.warnTtcSeconds)} s ahead`);
    assert.ok(result.criticalTtcSeconds.length >= 0.95 * runs, 'the warning does not become critical');
    assert.ok(result.raised <= 1.05 * runs, `${result.raised} alerts in ${runs} runs`);
    assert.ok(quantile(result.distanceErrors, 0.5) <= 0.12);
    assert.ok(quantile(result.ttcErrors, 0.5) <= ttcError);
  });

test('warns of nothing on quiet drives', (t) => {
  let alerts = 0;
  let hours = 0;
  for (const [name, scenario] of Object.entries(quiet)) {
    const result = evaluate(scenario, runs);
    t.diagnostic(`${name}: ${result.raised} alerts in ${runs} runs of ${scenario.seconds} s`);
    alerts += result.raised;
    hours += (runs * scenario.seconds) / 3600;
  }
  assert.ok(alerts <= hours, `${alerts} alerts in ${hours.toFixed(1)} h of drives made to provoke them`);
});

function report({ runs, warnTtcSeconds, criticalTtcSeconds, raised, distanceErrors, ttcErrors }: Evaluation): string {
  const spread = (values: readonly number[]) => [0, 0.05, 0.5, 0.95].map((share) => quantile(values, share).toFixed(2)).join(' / ');
  const percent = (values: readonly number[]) => `${(100 * quantile(values, 0.5)).toFixed(1)} %`;
  return `TTC at warning, min / p5 / p50 / p95: ${spread(warnTtcSeconds)} s; at critical: ${spread(criticalTtcSeconds)} s; ${raised} alerts in ${runs} runs; median error of distance ${percent(distanceErrors)}, of TTC below 4 s ${percent(ttcErrors)}`;
}
