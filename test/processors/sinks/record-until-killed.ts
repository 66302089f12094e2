import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createEmbeddedBus } from '../../../platform/bus/embedded.ts';
import { openDatabaseWhenPossible } from '../../../platform/database/open.ts';
import { startRecorder } from '../../../processors/sinks/recorder.ts';
import { alertCodec, perceptionCodec } from '../../../schemas/codecs.ts';
import { topics } from '../../../schemas/topics.ts';
import { track } from '../../support/track.ts';
import { watchCommits } from './commits.ts';
import { alert, perception } from './messages.ts';

// Run as a process of its own: a recorder, and on its bus an alert and a second of perceptions after the other. Tells which of them have
// been committed: those a bus would not give again, so the next run begins after them.
const [bufferDirectory, url, firstAlert, firstSecond, trackCount] = process.argv.slice(2);
/** Perceptions a second of capture time. */
const frames = 3;
/** What a bus with little room would hold; publishing then waits. */
const mostUncommitted = 300;

const published = { alerts: Number(firstAlert), seconds: Number(firstSecond) };
const committed = { ...published };
const bus = watchCommits(createEmbeddedBus(), (topic, _, offset) => {
  if (topic === topics.alerts.name) committed.alerts = Number(firstAlert) + offset;
  else committed.seconds = Number(firstSecond) + Math.floor(offset / frames);
  writeSync(1, `${committed.alerts} ${committed.seconds}\n`);
});
const log = pino({}, pino.destination({ fd: 2, sync: true }));
const database = openDatabaseWhenPossible({ url: url!, dataDirectory: '/nowhere' }, new AbortController().signal);
await startRecorder({ bus, database, bufferDirectory: bufferDirectory!, bufferBytes: 64 * 1024 * 1024, log });

const tracks = Array.from({ length: Number(trackCount) }, (_, index) => track({ trackId: index, score: Math.random() }));
for (;;) {
  if (published.alerts - committed.alerts < mostUncommitted)
    await bus.publish(topics.alerts, 'van', alertCodec.encode(alert(`alert-${published.alerts++}`, 'raised')));
  if (published.seconds - committed.seconds < mostUncommitted) {
    for (let frame = 0; frame < frames; frame++)
      await bus.publish(
        topics.perceptions,
        'front',
        perceptionCodec.encode(perception('front', published.seconds + frame / frames, tracks)),
      );
    published.seconds += 1;
  }
  await sleep(1);
}
