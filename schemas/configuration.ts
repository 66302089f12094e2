import { z } from 'zod';
import { driverSchema } from './driver.ts';
import { RoadstreamError } from './errors.ts';
import { laneDepartureSchema } from './lane-departure.ts';
import { type StreamKind, streamKinds } from './messages.ts';
import { roadsideAlertsSchema, roadsideSchema } from './roadside.ts';
import { speedingSchema } from './speeding.ts';
import { tailgatingSchema } from './tailgating.ts';

const slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a slug: lower-case letters, digits and hyphens, at most 63');

/** Where the camera looks. The defaults are a usual dashcam behind a car's windscreen. */
export const cameraSchema = z.strictObject({
  heightMeters: z.number().min(0.3).max(5).default(1.3).describe('Height of the lens above the road.'),
  pitchDegrees: z.number().min(-30).max(30).default(0).describe('Downward tilt; 0 puts the horizon in the middle row.'),
  horizontalFieldOfViewDegrees: z
    .number()
    .min(20)
    .max(150)
    .default(65.2)
    .describe('Of the whole picture. 65.2 is 1000 px of focal length on 1280 px.'),
  bonnetFraction: z
    .number()
    .min(0)
    .max(0.5)
    .default(0)
    .describe('Lower part of the picture that shows the own bonnet, where nothing is looked for.'),
});
export type CameraConfiguration = z.output<typeof cameraSchema>;
export const usualCamera: CameraConfiguration = cameraSchema.parse({});

const givenStreamSchema = z.strictObject({
  id: slug.describe('Name of the camera in topics, addresses and the page.'),
  url: z.string().min(1).describe('rtsp://, rtsps://, file: or sim:. Credentials in it are never shown.'),
  kind: z.enum(streamKinds).default('dashcam'),
  vehicle: slug.nullable().default(null).describe('What carries the camera; alerts name it.'),
  transport: z.enum(['tcp', 'udp']).default('tcp').describe('How RTSP carries the video.'),
  loop: z.boolean().default(true).describe('Whether a file begins again at its end.'),
  analysedFramesPerSecond: z.number().min(0.1).max(60).optional().describe('Unless given 15, and 1 of a scanner.'),
  camera: cameraSchema.prefault({}),
  lanes: z
    .enum(['contrast', 'network'])
    .default('contrast')
    .describe(
      'How a dashcam finds the lines of its lane: contrast takes 2 ms a picture, network (lanes-nano or lanes-small, once fetched) 50 or more, and takes dashed lines for solid.',
    ),
  roadside: roadsideSchema.prefault({}).describe('Of a fixed camera above a road (kind: roadside).'),
});

/** Text stays in the picture for seconds, and reading it takes longer than anything else. */
const usualFramesPerSecond: Readonly<Record<StreamKind, number>> = { dashcam: 15, cabin: 15, roadside: 15, scanner: 1 };

export const streamSchema = givenStreamSchema.transform(({ analysedFramesPerSecond, ...stream }) => ({
  ...stream,
  analysedFramesPerSecond: analysedFramesPerSecond ?? usualFramesPerSecond[stream.kind],
}));
export type StreamConfiguration = z.output<typeof streamSchema>;

export const forwardCollisionSchema = z
  .strictObject({
    warnTtcSeconds: z
      .number()
      .min(0.5)
      .max(6)
      .default(2.7)
      .describe('Warn at this time to collision (ISO 15623; NHTSA asks for no later than 2.1 s against a standing car).'),
    criticalTtcSeconds: z.number().min(0.2).max(6).default(1.6).describe('Critical from here: braking now is needed.'),
    hourlyBudget: z
      .int()
      .min(1)
      .default(12)
      .describe(
        'Most warnings of a camera within an hour: more would be switched off by whoever gets them. When it is spent, perceptions say so.',
      ),
  })
  .refine(({ warnTtcSeconds, criticalTtcSeconds }) => criticalTtcSeconds <= warnTtcSeconds, {
    path: ['criticalTtcSeconds'],
    error: 'must not be above warnTtcSeconds: critical comes after the warning',
  });

const address = z.string().regex(/^[^\s:/]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, 'must be host:port');

export const kafkaSchema = z.strictObject({
  brokers: z.array(address).min(1).describe('host:port of one or more brokers; the others are learned from them.'),
  tls: z.boolean().default(false),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).default('scram-sha-512'),
      username: z.string(),
      password: z.string(),
    })
    .nullable()
    .default(null),
});
export type KafkaConfiguration = z.output<typeof kafkaSchema>;

export const configurationSchema = z.strictObject({
  dataDirectory: z.string().default('.roadstream').describe('Models, database and everything else that is kept.'),
  gateway: z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('There are no accounts yet: whoever reaches this address sees everything.'),
      port: z.int().min(0).max(65535).default(52000),
    })
    .prefault({}),
  detector: z.string().default('auto').describe('auto (yolox-nano if it has been fetched, else the built-in one), centernet, yolox-nano.'),
  device: z
    .enum(['auto', 'cpu', 'webgpu', 'cuda'])
    .default('auto')
    .describe(
      'What computes the models: auto means cpu today; webgpu takes a GPU of any maker, cuda needs what onnxruntime-node installs for it.',
    ),
  database: z
    .strictObject({
      url: z
        .url({ protocol: /^postgres(ql)?$/ })
        .nullable()
        .default(null)
        .describe('postgres://…; without it an embedded database in dataDirectory.'),
    })
    .prefault({}),
  kafka: kafkaSchema
    .nullable()
    .default(null)
    .describe('Where the roles meet when each has a process of its own; without it, `roadstream start` needs no broker.'),
  schemaRegistryUrl: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null)
    .describe('A Confluent-compatible schema registry; without it, schema ids are those of the committed schemas.'),
  maxAgeMs: z
    .int()
    .min(200)
    .max(60_000)
    .default(1000)
    .describe('A live camera that the analysis is further behind with goes on at its newest keyframe.'),
  recorderBufferMegabytes: z.int().min(16).default(2048).describe('Disk that the recorder may take while the database is away.'),
  fileFolders: z.array(z.string()).default([]).describe('Folders below which file: sources may lie.'),
  alerts: z
    .strictObject({
      forwardCollision: forwardCollisionSchema.prefault({}),
      laneDeparture: laneDepartureSchema.prefault({}),
      speeding: speedingSchema.prefault({}).describe('Of the own vehicle, by the limits on signs.'),
      tailgating: tailgatingSchema.prefault({}),
      driver: driverSchema.prefault({}),
      roadside: roadsideAlertsSchema.prefault({}),
    })
    .prefault({}),
  streams: z.array(streamSchema).default([]),
});
export type Configuration = z.output<typeof configurationSchema>;

/**
 * Checks a configuration and fills in the defaults.
 * @param input What the YAML file held.
 * @param origin Named in the message, for example the file's path.
 * @throws CONFIGURATION_INVALID naming each wrong path, and for an unknown key the allowed ones.
 */
export function parseConfiguration(input: unknown, origin: string): Configuration {
  const result = configurationSchema.safeParse(input ?? {});
  if (!result.success) {
    const lines = result.error.issues.map(
      (issue) =>
        `  ${issue.path.join('.') || '(top)'}: ${issue.code === 'unrecognized_keys' ? `unknown ${issue.keys.join(', ')}; allowed here: ${allowedKeys(issue.path).join(', ')}` : issue.message}`,
    );
    throw new RoadstreamError('CONFIGURATION_INVALID', `${origin} is not understood:\n${lines.join('\n')}`);
  }
  const seen = new Set<string>();
  for (const { id } of result.data.streams) {
    if (seen.has(id)) throw new RoadstreamError('CONFIGURATION_INVALID', `${origin}: two streams are named ${id}; give each its own id.`);
    seen.add(id);
  }
  return result.data;
}

/** JSON Schema of the file, for editors. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configurationSchema, { io: 'input' });
}

interface JsonSchemaNode {
  readonly properties?: Readonly<Record<string, JsonSchemaNode>>;
  readonly items?: JsonSchemaNode;
}

function allowedKeys(path: readonly PropertyKey[]): string[] {
  let node = configurationJsonSchema() as JsonSchemaNode | undefined;
  for (const step of path) node = typeof step === 'number' ? node?.items : node?.properties?.[String(step)];
  return Object.keys(node?.properties ?? {});
}
