import { InvalidArgumentError, Option } from 'commander';

export function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65535) throw new InvalidArgumentError('must be a whole number from 0 to 65535.');
  return number;
}

export function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('must be a number above 0.');
  return number;
}

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('must be a whole number above 0.');
  return number;
}

/** @returns Milliseconds since 1970. */
export function time(value: string): number {
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw new InvalidArgumentError('must be a time such as 2026-05-17T08:30:00Z.');
  return ms;
}

/** For options that may be given again. */
export const collect = (value: string, before: readonly string[] = []) => [...before, value];

export const configOption = () =>
  new Option('--config <file>', 'settings (default: roadstream.yaml if it is there; roadstream.example.yaml explains each)');

export const logLevelOption = (level: string) =>
  new Option('--log-level <level>', 'what is logged').choices(['debug', 'info', 'warn', 'error']).default(level);

/** A line for the person at the terminal. */
export const say = (line: string) => void process.stdout.write(`${line}\n`);

/** A line on a terminal that is written over as things go on, and leaves nothing behind. */
export function progress(line: string, isDone: boolean): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${isDone ? '' : line}`);
}
