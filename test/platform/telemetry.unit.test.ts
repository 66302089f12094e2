import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { startTelemetry } from '../../platform/telemetry.ts';

test('gives what parts have counted, and how the process is, in Prometheus text', async (t) => {
  const telemetry = startTelemetry();
  t.after(() => telemetry.close());
  metrics.getMeter('roadstream').createCounter('roadstream.frames', { description: 'Frames.' }).add(3, { streamId: 'front' });
  const text = await telemetry.scrape();
  assert.match(text, /^# TYPE roadstream_frames_total counter$/m);
  assert.match(text, /^roadstream_frames_total\{streamId="front"\} 3$/m);
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
  assert.ok(value('process_memory_usage') > 10_000_000);
  assert.ok(value('process_cpu_time_total\\{mode="user"\\}') > 0);
  assert.ok(value('nodejs_eventloop_delay_p99') >= 0);
});

test('begins anew after it was closed', async () => {
  const first = startTelemetry();
  metrics.getMeter('roadstream').createCounter('roadstream.old').add(1);
  await first.close();
  const second = startTelemetry();
  metrics.getMeter('roadstream').createCounter('roadstream.new').add(1);
  const text = await second.scrape();
  await second.close();
  assert.match(text, /roadstream_new_total/);
  assert.doesNotMatch(text, /roadstream_old_total/);
});
