import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { asRoadstreamError, RoadstreamError } from '../schemas/errors.ts';
import { cocoClasses } from './coco.ts';
import { roadClasses } from './detector.ts';
import type { HeadInput } from './heads/head.ts';
import { type HeadName, headNames } from './heads/heads.ts';
import { type DetectorEntry, findDetector } from './manifest.ts';
import { keepPrepared, type PreparedFacts } from './prepared.ts';
import { exists, readModelFiles, resolveName, type StoreOptions, sha256 } from './store.ts';

/** A detector ready for onnxruntime: input `image` is uint8 RGB [n, height, width, 3], outputs are those of its head. */
export interface PreparedModel extends HeadInput, PreparedFacts {
  readonly head: HeadName;
  readonly onnx: Uint8Array;
}

/** What lies beside one's own ONNX file, under the same name with .json. */
const ownModelSchema = z.strictObject({
  head: z.string(),
  classes: z.union([z.literal('coco'), z.array(z.string().min(1)).min(1)]),
  inputWidth: z.int().positive().multipleOf(32),
  inputHeight: z.int().positive().multipleOf(32),
});

type Declared = Pick<DetectorEntry, 'name' | 'head' | 'classes' | 'inputWidth' | 'inputHeight'>;

/**
 * Gets a detector ready, from the cache where it has been made before.
 * @param name auto, a name of the manifest, or `file:` and the path of an ONNX file with its declaration beside it.
 * @throws MODEL_UNKNOWN, MODEL_MISSING, MODEL_CORRUPT, MODEL_HEAD_UNKNOWN, MODEL_SHAPE_WRONG
 */
export async function prepareModel(name: string, options: StoreOptions): Promise<PreparedModel> {
  const problems: string[] = [];
  const { declared, files } = await readSource(await resolveName(name, options), options).catch((thrown: unknown) => {
    // Whoever leaves the choice to us is served by the built-in one meanwhile.
    if (name !== 'auto' || asRoadstreamError(thrown).code !== 'MODEL_CORRUPT') throw thrown;
    problems.push(`${asRoadstreamError(thrown).message} Until then centernet is used.`);
    return readSource('centernet', options);
  });
  const { classes, make } = preparation(declared, files);
  const { onnx, origin } = await keepPrepared(declared, files, options, make, (problem) => problems.push(problem));
  const { head, inputWidth, inputHeight } = declared;
  return { name: declared.name, head, inputWidth, inputHeight, classes, onnx, hash: sha256(onnx).slice(0, 16), origin, problems };
}

/** What has to be done to a model's files, and which classes its outputs then have. */
function preparation(declared: Declared, files: readonly Uint8Array[]): { classes: (string | null)[]; make: () => Promise<Uint8Array> } {
  const { head, inputWidth, inputHeight } = declared;
  const classes = declared.classes.map((name) => (roadClasses.some((wanted) => wanted === name) ? name : null));
  const kept = [...classes.keys()].filter((index) => classes[index] !== null);
  if (kept.length === 0) {
    throw new RoadstreamError(
      'MODEL_SHAPE_WRONG',
      `${declared.name} sees none of ${roadClasses.join(', ')}. Declare its classes under these names.`,
    );
  }
  if (head === 'yolox') {
    const make = async () =>
      (await import('./import/yolox.ts')).prepareYolox(files[0]!, { inputWidth, inputHeight, classCount: classes.length, classes: kept });
    return { classes: kept.map((index) => classes[index]!), make };
  }
  const [first, weights] = files;
  if (weights === undefined) return { classes, make: async () => first! };
  const make = async () =>
    (await import('./import/centernet.ts')).importCenternet(first!, weights, { inputWidth, inputHeight, classes: kept });
  return { classes: kept.map((index) => classes[index]!), make };
}

async function readSource(name: string, options: StoreOptions): Promise<{ declared: Declared; files: Buffer[] }> {
  if (name.startsWith('file:')) return readOwn(name.slice('file:'.length));
  const entry = findDetector(name);
  return { declared: entry, files: await readModelFiles(entry, options) };
}

async function readOwn(file: string): Promise<{ declared: Declared; files: Buffer[] }> {
  const declaration = `${file.replace(/\.onnx$/, '')}.json`;
  for (const needed of [file, declaration]) {
    if (!(await exists(needed))) {
      throw new RoadstreamError(
        'MODEL_MISSING',
        `There is no ${needed}. Your own model is an ONNX file and beside it a JSON such as {"head":"yolox","classes":"coco","inputWidth":640,"inputHeight":384}.`,
      );
    }
  }
  const parsed = ownModelSchema.safeParse(parseJson(await readFile(declaration, 'utf8'), declaration));
  if (!parsed.success)
    throw new RoadstreamError('CONFIGURATION_INVALID', `${declaration} is not understood:\n${z.prettifyError(parsed.error)}`);
  const { head, classes, inputWidth, inputHeight } = parsed.data;
  const known = headNames.find((candidate) => candidate === head);
  if (known === undefined) {
    throw new RoadstreamError(
      'MODEL_HEAD_UNKNOWN',
      `${declaration} declares head ${head}, which is not known. Known are ${headNames.join(', ')}.`,
    );
  }
  return {
    declared: {
      name: path.basename(file, '.onnx'),
      head: known,
      classes: classes === 'coco' ? cocoClasses : classes,
      inputWidth,
      inputHeight,
    },
    files: [await readFile(file)],
  };
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RoadstreamError('CONFIGURATION_INVALID', `${file} is no JSON.`, { cause });
  }
}
