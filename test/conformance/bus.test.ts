import { pino } from 'pino';
import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { createKafkaBus } from '../../platform/bus/kafka.ts';
import { kafkaSchema } from '../../schemas/configuration.ts';
import { needsKafka } from '../support/kafka.ts';
import { busConformance } from './bus.ts';

busConformance('embedded', async () => createEmbeddedBus({ redeliveryDelayMs: 20 }));

busConformance('kafka', async (t) => {
  const kafka = await needsKafka(t);
  return (
    kafka &&
    createKafkaBus({
      kafka: kafkaSchema.parse(kafka),
      clientId: 'conformance',
      log: pino({ level: process.env.LOG ?? 'silent' }),
      sessionTimeoutMs: 1500,
    })
  );
});
