import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { incidentGapUs, incidentsOf } from '../../schemas/incident.ts';
import { alert } from '../gateway/messages.ts';

const at = (seconds: number, changes: Parameters<typeof alert>[1] = {}) => {
  const us = Math.round(seconds * 1e6);
  return alert(Math.round(seconds * 10), { raisedAtUs: us, updatedAtUs: us, ...changes });
};

test('a warning that came because the driver looked away, and the long glance itself, are one incident', () => {
  const collision = at(2.2, { type: 'forward-collision', severity: 'critical', clearedAtUs: 4_000_000 });
  const glance = at(3.5, { type: 'long-glance', streamId: 'cabin', severity: 'warning', clearedAtUs: 5_500_000 });
  const [incident, ...others] = incidentsOf([glance, collision]);
  assert.deepEqual(others, []);
  assert.deepEqual(incident, {
    incidentId: collision.alertId,
    vehicleId: 'car-1',
    severity: 'critical',
    firstAtUs: 2_200_000,
    lastAtUs: 5_500_000,
    alerts: [collision, glance],
  });
});

test('another vehicle, and a moment later than ten seconds, are incidents of their own; so is what belongs to no vehicle', () => {
  const alerts = [at(0), at(10), at(20.1), at(20.2, { vehicleId: 'car-2' }), at(20.3, { vehicleId: null }), at(20.4, { vehicleId: null })];
  assert.deepEqual(
    incidentsOf(alerts).map((incident) => incident.alerts.map(({ raisedAtUs }) => raisedAtUs / 1e6)),
    [[20.4], [20.3], [20.2], [20.1], [0, 10]],
  );
});

test('every alert is in one incident, neighbours within are close, and the order they come in changes nothing', () => {
  const alerts = fc
    .array(fc.record({ seconds: fc.integer({ min: 0, max: 200 }), vehicleId: fc.constantFrom('a', 'b') }), { maxLength: 40 })
    .map((all) => all.map(({ seconds, vehicleId }, index) => ({ ...at(seconds, { vehicleId }), alertId: String(index) })));
  const shuffled = alerts.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
  fc.assert(
    fc.property(shuffled, ([all, others]) => {
      const incidents = incidentsOf(all);
      assert.deepEqual(incidentsOf(others), incidents);
      assert.equal(new Set(incidents.flatMap((incident) => incident.alerts)).size, all.length);
      for (const { alerts: parts } of incidents)
        for (const [index, part] of parts.slice(1).entries()) assert.ok(part.raisedAtUs - parts[index]!.raisedAtUs <= incidentGapUs);
    }),
  );
});
