import { deadLetterCodec } from '../schemas/codecs.ts';
import { RoadstreamError } from '../schemas/errors.ts';
import type { DeadLetter } from '../schemas/messages.ts';
import { type TopicDefinition, topics } from '../schemas/topics.ts';
import type { Bus } from './bus/bus.ts';
import { messageAt, readLog, wholeLog } from './bus/read-log.ts';

/** A dead letter without the message in it, which may be megabytes. */
export interface BuriedMessage extends Omit<DeadLetter, 'value'> {
  /** Where the message came from, topic/partition/offset: its name. */
  readonly origin: string;
  /** Of the message; null when the letter does not carry it. */
  readonly bytes: number | null;
  /** Where the letter itself lies on its topic. */
  readonly lies: { readonly partition: number; readonly offset: number };
}

export interface DeadLetterList {
  /** Those not dealt with yet, in the order in which they were buried first. */
  readonly letters: readonly BuriedMessage[];
  /** Letters that cannot be read themselves. */
  readonly unreadable: number;
}

export interface RetriedLetter {
  readonly letter: BuriedMessage;
  /** `retried`: on its topic again, and no dead letter any more. `refused`: would do harm there. `gone`: no longer kept where it came from. */
  readonly outcome: 'retried' | 'refused' | 'gone';
  /** One sentence for a person. */
  readonly reason: string;
}

/** Reads the dead-letter topic once, up to what lies there now. @throws what the bus does */
export async function listDeadLetters(bus: Bus): Promise<DeadLetterList> {
  const letters = new Map<string, BuriedMessage>();
  let unreadable = 0;
  for await (const { key, value, partition, offset } of readLog(bus, topics.deadLetters, await wholeLog(bus, topics.deadLetters))) {
    if (value === null) {
      letters.delete(key);
      continue;
    }
    const letter = decoded(value);
    if (!letter) {
      unreadable++;
      continue;
    }
    const { value: message, ...rest } = letter;
    letters.set(key, { ...rest, origin: key, bytes: message?.length ?? (letter.isWhole ? 0 : null), lies: { partition, offset } });
  }
  return { letters: [...letters.values()], unreadable };
}

/**
 * Puts dead letters back on the topics that they came from, once what was wrong has been mended, and marks them as dealt with. Only
 * perceptions and alerts: these may come late and twice. What cannot be used again is buried again.
 * @param which One by its origin as listed, or all.
 * @throws NOT_FOUND when there is no letter of this origin, and what the bus does
 */
export async function retryDeadLetters(
  bus: Bus,
  which: { readonly origin: string } | { readonly all: true },
): Promise<readonly RetriedLetter[]> {
  const { letters } = await listDeadLetters(bus);
  const chosen = 'all' in which ? letters : letters.filter(({ origin }) => origin === which.origin);
  if ('origin' in which && chosen.length === 0)
    throw new RoadstreamError('NOT_FOUND', `There is no dead letter ${which.origin}; roadstream dead-letters list shows those there are.`);
  const results: RetriedLetter[] = [];
  for (const letter of chosen) results.push(await retry(bus, letter));
  return results;
}

async function retry(bus: Bus, letter: BuriedMessage): Promise<RetriedLetter> {
  const topic: TopicDefinition | undefined = Object.values(topics).find(({ name }) => name === letter.topic);
  const refusal = topic ? refusals.get(topic) : `This version of roadstream knows no topic ${letter.topic}.`;
  if (!topic || refusal) return { letter, outcome: 'refused', reason: refusal! };
  const value = await messageOf(bus, topic, letter);
  if (value === undefined)
    return { letter, outcome: 'gone', reason: `The letter does not carry the message, and ${letter.origin} is no longer kept.` };
  await bus.publish(topic, letter.key, value);
  await bus.publish(topics.deadLetters, letter.origin, null);
  return { letter, outcome: 'retried', reason: `It is on ${letter.topic} again.` };
}

const noOldFrames =
  'A frame put behind newer ones cannot be decoded, and breaks its stream off until the next keyframe. Once the cause is mended, roadstream replay judges what is stored again.';
const newerState = 'It said how things were then; a newer message has taken its place, and must not be overwritten by it.';
const shortLived = 'It was of use for seconds only.';

/** Why a message of the topic is not to be put there again. */
const refusals: ReadonlyMap<TopicDefinition, string> = new Map<TopicDefinition, string>([
  [topics.framesDashcam, noOldFrames],
  [topics.framesCabin, noOldFrames],
  [topics.framesRoadside, noOldFrames],
  [topics.framesScanner, noOldFrames],
  [topics.framesJob, 'A frame put behind newer ones cannot be decoded. Once the cause is mended, upload the file again.'],
  [topics.streams, newerState],
  [topics.analysis, newerState],
  [topics.checkpoints, newerState],
  [topics.checkpointHistory, newerState],
  [topics.control, shortLived],
  [topics.snapshots, shortLived],
  [topics.deadLetters, 'It is a dead letter itself.'],
]);

/** @returns Undefined when it is nowhere any more. */
async function messageOf(bus: Bus, topic: TopicDefinition, letter: BuriedMessage): Promise<Buffer | null | undefined> {
  if (!letter.isWhole) return (await messageAt(bus, topic, letter.partition, letter.offset))?.value;
  const buried = await messageAt(bus, topics.deadLetters, letter.lies.partition, letter.lies.offset);
  return buried?.value ? decoded(buried.value)?.value : undefined;
}

function decoded(value: Buffer): DeadLetter | undefined {
  try {
    return deadLetterCodec.decode(value);
  } catch {
    return undefined;
  }
}

/** @returns A table for a person: when, by whom, from where, what was wrong. */
export function deadLetterLines({ letters, unreadable }: DeadLetterList): string[] {
  const width = Math.max(0, ...letters.map(({ origin }) => origin.length));
  const lines = letters.map(({ buriedAtUs, consumer, origin, key, bytes, code, reason }) =>
    [
      new Date(buriedAtUs / 1000).toISOString(),
      consumer.padEnd(9),
      origin.padEnd(width),
      key,
      bytes === null ? 'left at its origin' : `${bytes} bytes`,
      `${reason} [${code}]`,
    ].join('  '),
  );
  if (unreadable > 0) lines.push(`${unreadable} dead letters of another version of roadstream cannot be read.`);
  return lines.length > 0 ? lines : ['There are no dead letters.'];
}

/** @returns What has become of each, for a person. */
export function retryLines(results: readonly RetriedLetter[]): string[] {
  if (results.length === 0) return ['There are no dead letters.'];
  return results.map(({ letter, outcome, reason }) => `${outcome.padEnd(7)}  ${letter.origin}  ${reason}`);
}
