import type { TestContext } from 'node:test';
import { pino } from 'pino';
import type { Bus } from '../../../platform/bus/bus.ts';
import { createKafkaBus } from '../../../platform/bus/kafka.ts';
import { kafkaSchema } from '../../../schemas/configuration.ts';

export type LogLine = Readonly<Record<string, unknown>>;

/** The shortest that our own broker allows: tests wait for it. */
export const sessionTimeoutMs = 1500;

/** @returns A bus that is closed after the test, and what it has logged at `info` and above. */
export function openKafkaBus(
  t: TestContext,
  { brokers, sasl = null, tls = false }: { readonly brokers: readonly string[]; readonly sasl?: object | null; readonly tls?: boolean },
): { bus: Bus; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const bus = createKafkaBus({ kafka: kafkaSchema.parse({ brokers: [...brokers], sasl, tls }), clientId: 'test', log, sessionTimeoutMs });
  t.after(() => bus.close());
  return { bus, lines };
}
