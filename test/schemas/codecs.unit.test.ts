import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { suite, test } from 'node:test';
import avro, { type Schema } from 'avsc';
import fc, { type Arbitrary } from 'fast-check';
import * as codecs from '../../schemas/codecs.ts';
import {
  type AccessUnit,
  type Alert,
  type AnalysisStatus,
  type Box,
  type Checkpoint,
  type Control,
  type DeadLetter,
  type Driver,
  type Gap,
  type Lanes,
  type Perception,
  type Reading,
  type RegionCount,
  type Sign,
  type Snapshot,
  type StreamStatus,
  streamKinds,
  type Telemetry,
  type Timing,
  type Track,
} from '../../schemas/messages.ts';

const text = fc.string({ unit: 'grapheme' });
// avsc's own limit: 2^52 microseconds after 1970 is the year 2112.
const long = fc.integer({ min: -(2 ** 52), max: 2 ** 52 });
const int = fc.integer();
const double = fc.double({ noNaN: true });
const bytes = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array));
const orNull = <T>(value: Arbitrary<T>) => fc.option(value, { nil: null });
const box: Arbitrary<Box> = fc.tuple(double, double, double, double);

const track: Arbitrary<Track> = fc.record<Track>({
  trackId: long,
  class: text,
  score: double,
  boxPx: box,
  boxVelocityPxps: box,
  isLead: fc.boolean(),
  inPath: fc.boolean(),
  distanceMeters: orNull(double),
  distanceSigmaMeters: orNull(double),
  lateralMeters: orNull(double),
  closingSpeedMps: orNull(double),
  ttcSeconds: orNull(double),
  ttcSigmaSeconds: orNull(double),
  speedMps: orNull(double),
  regions: fc.array(text, { maxLength: 2 }),
});

const doubles = (length: number) => fc.array(double, { minLength: length, maxLength: length });

const lanes: Arbitrary<Lanes> = fc.record<Lanes>({
  lines: fc.array(
    fc.record<Lanes['lines'][number]>({
      side: fc.constantFrom('left', 'right'),
      type: fc.constantFrom('solid', 'dashed', 'unknown'),
      pointsPx: doubles(6),
      coefficients: doubles(3),
      confidence: double,
    }),
    { maxLength: 2 },
  ),
  offsetMeters: orNull(double),
  offsetRateMps: orNull(double),
  widthMeters: orNull(double),
  curvaturePerMeter: orNull(double),
  crossingSeconds: orNull(double),
  confidence: double,
});

const sign: Arbitrary<Sign> = fc.record<Sign>({
  signId: long,
  class: fc.constantFrom('speed-limit', 'stop', 'traffic-light'),
  value: orNull(text),
  boxPx: box,
  score: double,
  isConfirmed: fc.boolean(),
});

const driver: Arbitrary<Driver> = fc.record<Driver>({
  presence: fc.constantFrom('present', 'absent', 'unknown'),
  faceBoxPx: orNull(box),
  contoursPx: fc.array(doubles(4), { maxLength: 3 }),
  leftEyeOpenness: orNull(double),
  rightEyeOpenness: orNull(double),
  isEyesClosed: orNull(fc.boolean()),
  eyesClosedSeconds: double,
  blinksPerMinute: orNull(double),
  perclos: orNull(double),
  mouthOpenness: orNull(double),
  isYawning: fc.boolean(),
  yawDegrees: orNull(double),
  pitchDegrees: orNull(double),
  rollDegrees: orNull(double),
  gazeYawDegrees: orNull(double),
  isLookingAway: orNull(fc.boolean()),
  lookingAwaySeconds: double,
  baseline: fc.constantFrom('learning', 'learnt'),
});

const region: Arbitrary<RegionCount> = fc.record<RegionCount>({
  regionId: text,
  polygonPx: doubles(6),
  occupancy: int,
  entered: fc.dictionary(text, long, { maxKeys: 2 }),
  left: fc.dictionary(text, long, { maxKeys: 2 }),
  meanSpeedMps: orNull(double),
  longestDwellSeconds: orNull(double),
});

const reading: Arbitrary<Reading> = fc.record<Reading>({
  readingId: text,
  text,
  isPlate: fc.boolean(),
  cornersPx: doubles(8),
  confidence: double,
  firstSeenAtUs: long,
  lastSeenAtUs: long,
});

const timing: Arbitrary<Timing> = fc.record<Timing>({
  publishedAtUs: long,
  waitedMs: double,
  decodeMs: double,
  inferenceMs: double,
  totalMs: double,
});

// fc.record<T> takes exactly T's keys, so a field of the TypeScript type that is missing here does not compile.
const messages = {
  'access-unit': subject(
    codecs.accessUnitCodec,
    fc.record<AccessUnit>({
      streamId: text,
      vehicleId: orNull(text),
      kind: fc.constantFrom(...streamKinds),
      epoch: long,
      sequence: long,
      capturedAtUs: long,
      clock: fc.constantFrom('senderReport', 'arrival', 'source'),
      publishedAtUs: long,
      rtpTimestamp: long,
      codec: fc.constantFrom('h264', 'h265', 'vp8', 'mjpeg'),
      isKeyframe: fc.boolean(),
      width: int,
      height: int,
      payload: bytes,
    }),
  ),
  perception: subject(
    codecs.perceptionCodec,
    fc.record<Perception>({
      streamId: text,
      vehicleId: orNull(text),
      epoch: long,
      sequence: long,
      capturedAtUs: long,
      rtpTimestamp: long,
      width: int,
      height: int,
      modelSet: text,
      horizonPx: orNull(double),
      degraded: fc.array(text),
      kind: fc.constantFrom(...streamKinds),
      egoSpeedMps: orNull(double),
      egoSpeedSigmaMps: orNull(double),
      lanes: orNull(lanes),
      signs: fc.array(sign, { maxLength: 2 }),
      speedLimitKmh: orNull(double),
      driver: orNull(driver),
      regions: fc.array(region, { maxLength: 2 }),
      readings: fc.array(reading, { maxLength: 2 }),
      tracks: fc.array(track, { minLength: 1, maxLength: 5 }),
      timing,
    }),
  ),
  alert: subject(
    codecs.alertCodec,
    fc.record<Alert>({
      alertId: text,
      streamId: text,
      vehicleId: orNull(text),
      type: text,
      severity: fc.constantFrom('caution', 'warning', 'critical'),
      state: fc.constantFrom('raised', 'updated', 'cleared'),
      epoch: long,
      sequence: long,
      rtpTimestamp: long,
      raisedAtUs: long,
      updatedAtUs: long,
      clearedAtUs: orNull(long),
      trackId: orNull(long),
      message: text,
      rule: text,
      evidence: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z]{0,20}$/), double),
      modelSet: text,
      publishedAtUs: long,
    }),
  ),
  'stream-status': subject(
    codecs.streamStatusCodec,
    fc.record<StreamStatus>({
      streamId: text,
      vehicleId: orNull(text),
      kind: fc.constantFrom(...streamKinds),
      state: fc.constantFrom('connecting', 'live', 'stalled', 'waiting', 'ended', 'refused'),
      source: text,
      epoch: orNull(long),
      codec: orNull(text),
      width: int,
      height: int,
      framesPerSecond: double,
      newestFrameAtUs: orNull(long),
      reconnects: long,
      errorCode: orNull(text),
      errorMessage: orNull(text),
      updatedAtUs: long,
    }),
  ),
  checkpoint: subject(
    codecs.checkpointCodec,
    fc.record<Checkpoint>({
      streamId: text,
      version: int,
      epoch: long,
      sequence: long,
      capturedAtUs: long,
      topic: text,
      partition: int,
      keyframeOffset: long,
      nextOffset: long,
      modelSet: text,
      state: text,
      outbox: fc.array(bytes, { maxLength: 3 }),
      isTakeOver: fc.boolean(),
      processor: text,
      writtenAtUs: long,
    }),
  ),
  control: subject(
    codecs.controlCodec,
    fc.record<Control>({ streamId: text, requester: text, framesPerSecond: double, width: int, untilUs: long }),
  ),
  'dead-letter': subject(
    codecs.deadLetterCodec,
    fc.record<DeadLetter>({
      topic: text,
      partition: int,
      offset: long,
      key: text,
      timestampMs: long,
      consumer: text,
      code: text,
      reason: text,
      attempts: int,
      buriedAtUs: long,
      value: orNull(bytes),
      isWhole: fc.boolean(),
    }),
  ),
  'analysis-status': subject(
    codecs.analysisStatusCodec,
    fc.record<AnalysisStatus>({
      streamId: text,
      state: fc.constantFrom('analysing', 'behind', 'failing', 'idle'),
      framesPerSecond: double,
      wantedFramesPerSecond: double,
      ageMs: double,
      skipped: long,
      gaps: long,
      lastGap: orNull(fc.record<Gap>({ fromUs: long, toUs: long, reason: text })),
      failures: long,
      errorCode: orNull(text),
      errorMessage: orNull(text),
      processor: text,
      updatedAtUs: long,
    }),
  ),
  telemetry: subject(
    codecs.telemetryCodec,
    fc.record<Telemetry>({
      vehicleId: text,
      source: text,
      measuredAtUs: long,
      speedMps: orNull(double),
      indicator: orNull(fc.constantFrom('left', 'right', 'off')),
      latitudeDegrees: orNull(double),
      longitudeDegrees: orNull(double),
      attention: orNull(fc.constantFrom('road', 'away', 'asleep')),
    }),
  ),
  snapshot: subject(
    codecs.snapshotCodec,
    fc.record<Snapshot>({ streamId: text, epoch: long, sequence: long, capturedAtUs: long, width: int, height: int, jpeg: bytes }),
  ),
};

const golden = path.join(import.meta.dirname, 'golden');

for (const [name, { codec, arbitrary }] of Object.entries(messages))
  suite(`${name} message`, () => {
    test('comes out as it went in', () => {
      fc.assert(fc.property(arbitrary, (value) => assert.deepEqual(plain(codec.decode(codec.encode(value))), plain(value))));
    });

    test('has the same fields in Avro as in TypeScript', () => {
      const [value] = fc.sample(arbitrary, { numRuns: 1, seed: 1 });
      assertSameFields(codec.schema as AvroRecord, value as Record<string, unknown>);
    });

    test('begins with byte 0 and its schema id, as Kafka consumers with a registry expect', () => {
      const [value] = fc.sample(arbitrary, 1);
      assert.equal(codec.encode(value).readUInt8(0), 0);
      assert.equal(codec.encode(value).readUInt32BE(1), codec.schemaId);
    });

    test('is refused when it is cut off, longer, of another schema, or garbage', () => {
      const invalid = { code: 'MESSAGE_INVALID' };
      fc.assert(
        fc.property(arbitrary, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, fraction) => {
          const whole = codec.encode(value);
          assert.throws(() => codec.decode(whole.subarray(0, Math.floor(whole.length * fraction))), invalid);
          assert.throws(() => codec.decode(Buffer.concat([whole, Buffer.from([0])])), invalid);
          const foreign = Buffer.from(whole);
          foreign.writeUInt32BE(codec.schemaId + 100, 1);
          assert.throws(() => codec.decode(foreign), { code: 'SCHEMA_UNKNOWN' });
          foreign[0] = 1;
          assert.throws(() => codec.decode(foreign), invalid);
        }),
      );
      const header = codec.encode(fc.sample(arbitrary, 1)[0]).subarray(0, 5);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
          try {
            codec.decode(Buffer.concat([header, body]));
          } catch (thrown) {
            assert.equal((thrown as { code: string }).code, 'MESSAGE_INVALID');
          }
        }),
      );
    });

    // golden holds every schema that an id has ever been given to. A changed schema gets the next free id and a copy there.
    test('has the schema that its id was given to', () => {
      const given = typeOf(JSON.parse(readFileSync(path.join(golden, `${codec.schemaId}-${name}.avsc`), 'utf8')));
      assert.equal(typeOf(codec.schema).fingerprint('sha256').toString('hex'), given.fingerprint('sha256').toString('hex'));
    });

    test('can read what every earlier version has written', () => {
      const files = readdirSync(golden).filter((file) => file.replace(/^\d+-/, '') === `${name}.avsc`);
      assert.ok(files.length > 0);
      for (const file of files) {
        const earlier = typeOf(JSON.parse(readFileSync(path.join(golden, file), 'utf8')));
        assert.doesNotThrow(() => typeOf(codec.schema).createResolver(earlier), file);
      }
    });
  });

suite('codec with a schema registry', () => {
  const codec = codecs.controlCodec;
  const control: Control = { streamId: 'front', requester: 'gateway-1', framesPerSecond: 5, width: 640, untilUs: 1 };
  const { fields, ...record } = codec.schema as AvroRecord & { fields: object[] };
  const schemaWith = (...changed: object[]) => ({ ...record, fields: changed });

  test("writes the registry's id, and no longer reads the committed one", (t) => {
    const committed = codec.schemaId;
    t.after(() => codec.adopt(committed));
    const before = codec.encode(control);
    codec.adopt(70_001);
    const after = codec.encode(control);
    assert.equal(after.readUInt32BE(1), 70_001);
    assert.deepEqual(plain(codec.decode(after)), control);
    assert.throws(() => codec.decode(before), { code: 'SCHEMA_UNKNOWN' });
  });

  test('reads what a later version has written, once it has learned of it', (t) => {
    const committed = codec.schemaId;
    t.after(() => codec.adopt(committed));
    const later = schemaWith({ name: 'reason', type: 'string', default: '' }, ...fields);
    const header = Buffer.alloc(5);
    header.writeUInt32BE(70_002, 1);
    const bytes = Buffer.concat([header, typeOf(later).toBuffer({ ...control, reason: 'a person looks' })]);
    assert.equal(codec.knows(70_002), false);
    assert.throws(() => codec.decode(bytes), { code: 'SCHEMA_UNKNOWN' });
    codec.learn(70_002, later);
    assert.equal(codec.knows(70_002), true);
    assert.deepEqual(plain(codec.decode(bytes)), control);
    assert.throws(() => codec.decode(bytes.subarray(0, 9)), { code: 'MESSAGE_INVALID' });
  });

  for (const [what, schema] of Object.entries({
    'of another kind of message': codecs.alertCodec.schema,
    'without a field that this version needs': schemaWith(...fields.slice(1)),
    'with a field of another type': schemaWith({ ...fields[0], type: 'long' }, ...fields.slice(1)),
    'that is no schema': { type: 'nonsense' },
  }))
    test(`does not learn one ${what}`, () => {
      assert.throws(() => codec.learn(70_003, schema), { code: 'SCHEMA_UNKNOWN' });
      assert.equal(codec.knows(70_003), false);
    });
});

test('every schema has an id of its own', () => {
  const ids = Object.values(messages).map(({ codec }) => codec.schemaId);
  assert.equal(new Set(ids).size, ids.length);
  assert.equal(
    readdirSync(path.join(import.meta.dirname, '../../schemas/avro')).filter((file) => file.endsWith('.avsc')).length,
    ids.length,
  );
});

interface Subject {
  readonly codec: codecs.Codec<unknown>;
  readonly arbitrary: Arbitrary<unknown>;
}

function subject<T>(codec: codecs.Codec<T>, arbitrary: Arbitrary<T>): Subject {
  return { codec: codec as unknown as codecs.Codec<unknown>, arbitrary };
}

interface AvroRecord {
  readonly fields: readonly { readonly name: string; readonly type: unknown }[];
}

function typeOf(schema: object): avro.Type {
  return avro.Type.forSchema(schema as Schema);
}

/** Without the prototypes of Avro and fast-check, so that values compare by their content. */
function plain(value: unknown): unknown {
  if (Buffer.isBuffer(value) || value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

function assertSameFields(schema: AvroRecord, value: Record<string, unknown>): void {
  assert.deepEqual(Object.keys(value).sort(), schema.fields.map((field) => field.name).sort());
  for (const { name, type } of schema.fields) {
    const { items = type } = type as { items?: unknown };
    const inner = Array.isArray(value[name]) ? value[name][0] : value[name];
    if ((items as { type?: string }).type === 'record') assertSameFields(items as AvroRecord, inner as Record<string, unknown>);
  }
}
