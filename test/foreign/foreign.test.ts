import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { pino } from 'pino';
import type { Bus } from '../../platform/bus/bus.ts';
import { createKafkaBus } from '../../platform/bus/kafka.ts';
import { withSchemaRegistry } from '../../platform/schema-registry.ts';
import { accessUnitCodec, alertCodec, checkpointCodec, perceptionCodec } from '../../schemas/codecs.ts';
import type { AccessUnit, Alert, Checkpoint, Perception, Track } from '../../schemas/messages.ts';
import { topics } from '../../schemas/topics.ts';
import { accessUnit } from '../support/access-unit.ts';
import { startKafka } from '../support/kafka-server.ts';
import { needsPython } from '../support/python.ts';
import { needsRegistry } from '../support/registry.ts';

const log = pino({ level: 'silent' });

// On a broker of its own: it writes to the product's topics. An independent client (librdkafka) and an independent Avro (fastavro): what they read is what is really there.
suite('somebody else on Kafka', () => {
  test('reads every field by the ids of the committed schemas', async (t) => {
    const python = await needsPython(t, requirements);
    const kafka = python && (await startKafka(t));
    if (!kafka) return;
    const bus = createKafkaBus({ kafka: { brokers: [...kafka.brokers], tls: false, sasl: null }, clientId: 'test', log });
    t.after(() => bus.close());
    const { key, sent } = await publishOneOfEach(bus);
    const schemas = path.resolve(import.meta.dirname, '../schemas/golden');
    assert.deepEqual(await readForeign(t, python, ['--brokers', kafka.brokers.join(), '--key', key, '--schemas', schemas]), sent);
  });

  test('reads every field by the schema registry, knowing nothing of us', async (t) => {
    const python = await needsPython(t, requirements);
    const kafka = python && (await startKafka(t));
    const registry = kafka && (await needsRegistry(t));
    if (!registry) return;
    const direct = createKafkaBus({ kafka: { brokers: [...kafka.brokers], tls: false, sasl: null }, clientId: 'test', log });
    const bus = await withSchemaRegistry(direct, { url: registry.url, log });
    t.after(() => bus.close());
    const { key, sent } = await publishOneOfEach(bus);
    assert.deepEqual(await readForeign(t, python!, ['--brokers', kafka.brokers.join(), '--key', key, '--registry', registry.url]), sent);
  });
});

const requirements = path.join(import.meta.dirname, 'requirements.txt');

/** @returns What it read, by topic. */
async function readForeign(t: TestContext, python: string, options: readonly string[]): Promise<Record<string, unknown>> {
  const script = path.join(import.meta.dirname, 'read.py');
  const read = [topics.framesDashcam, topics.perceptions, topics.alerts, topics.checkpoints].map(({ name }) => name);
  const { stdout } = await promisify(execFile)(python, [script, ...options, ...read], { signal: t.signal, maxBuffer: 16 * 1024 * 1024 });
  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { topic: string; value: unknown });
  return Object.fromEntries(messages.map(({ topic, value }) => [topic, value]));
}

/** @returns Their key, and their values by topic as JSON has them, bytes in hexadecimal. */
async function publishOneOfEach(bus: Bus): Promise<{ readonly key: string; readonly sent: Record<string, unknown> }> {
  const key = `front-${randomUUID()}`;
  const payload = Buffer.from(Array.from({ length: 10_240 }, (_, index) => (index * 7919) & 0xff));
  const unit: AccessUnit = accessUnit(7, { streamId: key, isKeyframe: true, payload });
  const outbox = [alertCodec.encode(alert(key))];
  const messages = [
    [topics.framesDashcam, accessUnitCodec.encode(unit), unit],
    [topics.perceptions, perceptionCodec.encode(perception(key)), perception(key)],
    [topics.alerts, alertCodec.encode(alert(key)), alert(key)],
    [topics.checkpoints, checkpointCodec.encode(checkpoint(key, outbox)), checkpoint(key, outbox)],
  ] as const;
  await Promise.all(messages.map(([topic, bytes]) => bus.publish(topic, key, bytes)));
  return { key, sent: Object.fromEntries(messages.map(([topic, , value]) => [topic.name, plain(value)])) };
}

const track: Track = {
  trackId: 2 ** 40 + 1,
  class: 'traffic light',
  score: 0.1 + 0.2,
  boxPx: [0.5, 1e-9, 639.999, 360],
  boxVelocityPxps: [-1.5, 0, 2.25, 1e6],
  isLead: true,
  inPath: false,
  distanceMeters: 41.7,
  distanceSigmaMeters: null,
  lateralMeters: -0.3,
  closingSpeedMps: 13.9,
  ttcSeconds: 3.0000000000000004,
  ttcSigmaSeconds: null,
  speedMps: 13.25,
  regions: ['crossing', 'Brücke'],
};

const perception = (streamId: string): Perception => ({
  streamId,
  vehicleId: 'Zürich 🚚 7',
  epoch: 1_700_000_000_000_000,
  sequence: 12,
  capturedAtUs: 1_700_000_000_400_001,
  rtpTimestamp: 4_294_967_295,
  width: 1280,
  height: 720,
  modelSet: 'a1b2',
  horizonPx: 351.25,
  degraded: ['lane:night'],
  kind: 'dashcam',
  egoSpeedMps: 22.2,
  egoSpeedSigmaMps: null,
  lanes: {
    lines: [{ side: 'left', type: 'dashed', pointsPx: [610.5, 700, 640, 380], coefficients: [-1.7, 0.01, 1e-5], confidence: 0.9 }],
    offsetMeters: 0.12,
    offsetRateMps: null,
    widthMeters: 3.5,
    curvaturePerMeter: 2e-5,
    crossingSeconds: null,
    confidence: 0.85,
  },
  signs: [{ signId: 3, class: 'speed-limit', value: '50', boxPx: [900, 200, 940, 240], score: 0.7, isConfirmed: true }],
  speedLimitKmh: 50,
  driver: {
    presence: 'present',
    faceBoxPx: [500, 100, 800, 480],
    contoursPx: [[520.5, 210, 560, 205], []],
    leftEyeOpenness: 0.95,
    rightEyeOpenness: null,
    isEyesClosed: false,
    eyesClosedSeconds: 0,
    blinksPerMinute: 14,
    perclos: 0.03,
    mouthOpenness: 0.1,
    isYawning: false,
    yawDegrees: -4.5,
    pitchDegrees: 2,
    rollDegrees: 0.25,
    gazeYawDegrees: null,
    isLookingAway: null,
    lookingAwaySeconds: 0,
    baseline: 'learnt',
  },
  regions: [
    {
      regionId: 'crossing',
      polygonPx: [0, 0, 100, 0, 100, 100],
      occupancy: 2,
      entered: { car: 12, 'traffic light': 1 },
      left: {},
      meanSpeedMps: null,
      longestDwellSeconds: 4.5,
    },
  ],
  readings: [
    {
      readingId: '2f1bb1f5-6fb5-5e4c-9e3f-0d8f6f6d6f10',
      text: 'ZÜ·RI 123',
      isPlate: true,
      cornersPx: [1, 2, 30, 2, 30, 12, 1, 12],
      confidence: 0.99,
      firstSeenAtUs: 1_700_000_000_000_000,
      lastSeenAtUs: 1_700_000_000_400_001,
    },
  ],
  tracks: [track, { ...track, trackId: 2, distanceMeters: null, ttcSeconds: null }],
  timing: { publishedAtUs: 1_700_000_000_500_000, waitedMs: 1.5, decodeMs: 4, inferenceMs: 20.25, totalMs: 26 },
});

const alert = (streamId: string): Alert => ({
  alertId: '5a1bb1f5-6fb5-5e4c-9e3f-0d8f6f6d6f10',
  streamId,
  vehicleId: null,
  type: 'forward-collision',
  severity: 'critical',
  state: 'cleared',
  epoch: 1_700_000_000_000_000,
  sequence: 12,
  rtpTimestamp: 0,
  raisedAtUs: 1_700_000_000_400_001,
  updatedAtUs: 1_700_000_000_600_001,
  clearedAtUs: 1_700_000_000_600_001,
  trackId: 3,
  message: 'Closing on the car ahead: 1.2 s “to collision”.',
  rule: 'ISO 15623',
  evidence: { ttcSeconds: 1.2, distanceMeters: 11 },
  modelSet: 'a1b2',
  publishedAtUs: 1_700_000_000_700_000,
});

const checkpoint = (streamId: string, outbox: readonly Buffer[]): Checkpoint => ({
  streamId,
  version: 1,
  epoch: 1_700_000_000_000_000,
  sequence: 12,
  capturedAtUs: 1_700_000_000_400_001,
  topic: topics.framesDashcam.name,
  partition: 5,
  keyframeOffset: 100,
  nextOffset: 113,
  modelSet: 'a1b2',
  state: '{"tracks":[]}',
  outbox,
  isTakeOver: false,
  processor: 'test',
  writtenAtUs: 1_700_000_000_700_000,
});

function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return value.toString('hex');
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
