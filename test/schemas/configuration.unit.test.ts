import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configurationJsonSchema, parseConfiguration } from '../../schemas/configuration.ts';

test('an empty file is a whole configuration', () => {
  for (const empty of [null, undefined, {}])
    assert.deepEqual(parseConfiguration(empty, 'roadstream.yaml'), {
      dataDirectory: '.roadstream',
      gateway: { host: '127.0.0.1', port: 52000 },
      detector: 'auto',
      device: 'auto',
      database: { url: null },
      kafka: null,
      schemaRegistryUrl: null,
      maxAgeMs: 1000,
      recorderBufferMegabytes: 2048,
      fileFolders: [],
      alerts: {
        forwardCollision: { warnTtcSeconds: 2.7, criticalTtcSeconds: 1.6, hourlyBudget: 12 },
        laneDeparture: { leastSpeedKmh: 60, hourlyBudget: 12 },
        speeding: { toleranceKmh: 3, graveFraction: 0.2, hourlyBudget: 12 },
        tailgating: { headwaySeconds: 0.7, forSeconds: 15, hourlyBudget: 12 },
        driver: {
          microsleepSeconds: 1,
          perclosCaution: 0.1,
          perclosWarning: 0.2,
          longGlanceSeconds: 3.5,
          slowLongGlanceSeconds: 6,
          timeSharingSeconds: 10,
          hourlyBudget: 12,
        },
        roadside: { stoppedSeconds: 10, hourlyBudget: 12 },
      },
      streams: [],
    });
});

test('a camera needs an id and an address, the rest is a usual dashcam', () => {
  assert.deepEqual(parseConfiguration({ streams: [{ id: 'front', url: 'rtsp://camera/1' }] }, 'f').streams, [
    {
      id: 'front',
      url: 'rtsp://camera/1',
      kind: 'dashcam',
      vehicle: null,
      transport: 'tcp',
      loop: true,
      analysedFramesPerSecond: 15,
      camera: { heightMeters: 1.3, pitchDegrees: 0, horizontalFieldOfViewDegrees: 65.2, bonnetFraction: 0 },
      lanes: 'contrast',
      roadside: { regions: [], ground: null, speedLimitKmh: 60 },
    },
  ]);
});

test('an unknown key is named with its path and the keys that are allowed there', () => {
  // input, what the message must say
  const cases: [object, RegExp][] = [
    [
      { stream: [] },
      /\(top\): unknown stream; allowed here: dataDirectory, gateway, detector, device, database, kafka, schemaRegistryUrl, maxAgeMs/,
    ],
    [{ gateway: { hots: 'x', porto: 1 } }, /gateway: unknown hots, porto; allowed here: host, port/],
    [
      { streams: [stream(), stream({ id: 'rear', camera: { height: 1 } })] },
      /streams\.1\.camera: unknown height; allowed here: heightMeters, pitch/,
    ],
    [
      { alerts: { forwardCollision: { ttc: 1 } } },
      /alerts\.forwardCollision: unknown ttc; allowed here: warnTtcSeconds, criticalTtcSeconds/,
    ],
  ];
  for (const [input, message] of cases) assertRefused(input, message);
});

test('a scanner is analysed once a second and every other camera 15 times, unless told otherwise', () => {
  const rateOf = (camera: object) => parseConfiguration({ streams: [stream(camera)] }, 'test').streams[0]!.analysedFramesPerSecond;
  assert.equal(rateOf({ kind: 'scanner' }), 1);
  assert.equal(rateOf({ kind: 'cabin' }), 15);
  assert.equal(rateOf({ kind: 'scanner', analysedFramesPerSecond: 4 }), 4);
});

test('a wrong value is named with its path', () => {
  const cases: [unknown, RegExp][] = [
    ['text', /\(top\): .*object/],
    [[], /\(top\): .*object/],
    [{ gateway: { port: 65536 } }, /gateway\.port: /],
    [{ gateway: { port: '52000' } }, /gateway\.port: /],
    [{ streams: [stream({ id: 'Front Camera' })] }, /streams\.0\.id: must be a slug/],
    [{ streams: [{ id: 'front' }] }, /streams\.0\.url: /],
    [{ streams: [stream({ kind: 'drone' })] }, /streams\.0\.kind: .*dashcam/],
    [{ streams: [stream({ analysedFramesPerSecond: 0 })] }, /streams\.0\.analysedFramesPerSecond: /],
    [{ database: { url: 'mysql://localhost/x' } }, /database\.url: /],
    [{ database: { url: 'localhost' } }, /database\.url: /],
    [
      { alerts: { forwardCollision: { warnTtcSeconds: 1.5 } } },
      /alerts\.forwardCollision\.criticalTtcSeconds: must not be above warnTtcSeconds/,
    ],
  ];
  for (const [input, message] of cases) assertRefused(input, message);
});

test('everything that is wrong is told at once, after the name of the file', () => {
  assertRefused(
    { gateway: { port: -1 }, streams: [stream({ id: '' })] },
    /^roadstream\.yaml is not understood:\n {2}gateway\.port: .*\n {2}streams\.0\.id: /,
  );
});

test('two cameras of one name are refused', () => {
  assertRefused({ streams: [stream(), stream({ id: 'rear' }), stream()] }, /two streams are named front/);
});

test('no password gets into a message', () => {
  const secret = { url: 'rtsp://admin:hunter2@camera/1', transport: 'pigeon', camera: { heightMeters: -1 } };
  for (const input of [{ streams: [stream(secret)] }, { database: { url: 'mysql://admin:hunter2@db/x' } }])
    assert.throws(
      () => parseConfiguration(input, 'f'),
      (error: Error) => !error.message.includes('hunter2') && !error.message.includes('admin'),
    );
});

test('both spellings of a PostgreSQL address are taken', () => {
  for (const url of ['postgres://u:p@db:5432/roadstream', 'postgresql://db/roadstream?sslmode=require'])
    assert.equal(parseConfiguration({ database: { url } }, 'f').database.url, url);
});

test('the JSON Schema asks for no more than the configuration does, and explains every setting of a camera', () => {
  const schema = configurationJsonSchema() as Schema;
  assert.deepEqual(schema.required ?? [], []);
  assert.equal(schema.additionalProperties, false);
  const camera = schema.properties!.streams!.items!;
  assert.deepEqual(camera.required, ['id', 'url']);
  for (const [name, property] of Object.entries(camera.properties!.camera!.properties!)) assert.ok(property.description, name);
});

interface Schema {
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function stream(differences: object = {}): object {
  return { id: 'front', url: 'rtsp://camera/1', ...differences };
}

function assertRefused(input: unknown, message: RegExp): void {
  assert.throws(() => parseConfiguration(input, 'roadstream.yaml'), { code: 'CONFIGURATION_INVALID', message });
}
