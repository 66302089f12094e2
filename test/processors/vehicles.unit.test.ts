import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { createDeadLetters } from '../../platform/dead-letters.ts';
import { createLogger } from '../../platform/logging.ts';
import { unknownVehicle } from '../../processors/pipelines/senses.ts';
import { watchVehicles } from '../../processors/vehicles.ts';
import { telemetryCodec } from '../../schemas/codecs.ts';
import type { Telemetry } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { eventually } from '../support/eventually.ts';

const second = 1e6;

test('a vehicle is as it was told last, each thing for two seconds', async (t) => {
  const bus = createEmbeddedBus();
  t.after(() => bus.close());
  const vehicles = await watchVehicles(bus, createDeadLetters(bus, 'processor', createLogger({ level: 'silent' })));
  const tell = (atSeconds: number, told: Partial<Telemetry>) =>
    bus.publish(
      topics.telemetry,
      'van',
      telemetryCodec.encode({
        ...{ vehicleId: 'van', source: 'vehicle', measuredAtUs: atSeconds * second },
        ...{ speedMps: null, indicator: null, latitudeDegrees: null, longitudeDegrees: null, attention: null, ...told },
      }),
    );
  await tell(10, { speedMps: 20, indicator: 'left' });
  await tell(11, { attention: 'away' });
  // Comes late, and says nothing new.
  await tell(9, { speedMps: 5 });
  await bus.publish(topics.telemetry, 'van', Buffer.from('no telemetry'));
  await tell(12.3, { speedMps: 22 });
  await eventually('it is heard', () => vehicles.stateAt('van', 12.4 * second).speedMps === 22);

  assert.deepEqual(vehicles.stateAt('van', 11.5 * second), { speedMps: 20, indicator: 'left', attention: 'away' });
  assert.deepEqual(vehicles.stateAt('van', 12.4 * second), { speedMps: 22, indicator: null, attention: 'away' });
  assert.deepEqual(vehicles.stateAt('van', 20 * second), unknownVehicle);
  assert.deepEqual(vehicles.stateAt('car', 11 * second), unknownVehicle);
  assert.deepEqual(vehicles.stateAt(null, 11 * second), unknownVehicle);
});
