import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';
import { withoutCredentials } from './redact.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

export interface LoggerOptions {
  readonly level?: LogLevel;
  /** Short readable lines instead of JSON; by default when standard error is a terminal. */
  readonly pretty?: boolean;
  /** By default standard error: standard output belongs to what a command prints. */
  readonly destination?: { write(line: string): unknown };
}

/** Where credentials lie in what gets logged. A URL's password is taken out of every string besides. */
const redactedPaths = ['password', 'token', 'authorization', 'cookie', 'secret'].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/**
 * Makes the logger of the process; parts take children of it.
 * Lines are JSON, or short and readable on a terminal. Credentials in addresses and in fields named like one are never written.
 */
export function createLogger(options: LoggerOptions = {}): Logger {
  const destination = options.destination ?? process.stderr;
  const pretty = options.pretty ?? (options.destination === undefined && process.stderr.isTTY === true);
  return pino(
    {
      level: options.level ?? 'info',
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedPaths, censor: '***' },
      formatters: { level: (label) => ({ level: label }) },
    },
    new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        const line = withoutCredentials(chunk);
        destination.write(pretty ? readable(line) : line);
        done();
      },
    }),
  );
}

const colours: Readonly<Record<string, string>> = {
  warn: '\x1b[33m',
  error: '\x1b[31m',
  fatal: '\x1b[31m',
  debug: '\x1b[2m',
  trace: '\x1b[2m',
};

function readable(line: string): string {
  const { level, time, msg, component, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const colour = colours[String(level)] ?? '';
  const details = Object.entries(fields).map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const failure = err as { message?: string; code?: string; stack?: string } | undefined;
  if (failure)
    details.push(
      level === 'fatal' || failure.code === undefined
        ? `\n  ${failure.stack ?? failure.message}`
        : `\n  ${failure.code}: ${failure.message}`,
    );
  const head = [String(time).slice(11, 23), String(level).padEnd(5), component && `${component}:`, msg].filter(Boolean).join(' ');
  return `${colour}${head}${colour && '\x1b[0m'}${details.length > 0 ? ` \x1b[2m${details.join(' ')}\x1b[0m` : ''}\n`;
}

export interface RateLimited<Fields> {
  (fields: Fields): void;
  /** It is over: what has not been told yet would come after the good news. */
  forget(): void;
}

/**
 * Turns a repeating event into its first occurrence at once and a count from time to time.
 * @param write Gets the newest fields, and how often it happened since the last call (1 the first time).
 * @param everyMs At most one line in this time, milliseconds.
 */
export function rateLimited<Fields>(write: (fields: Fields, times: number) => void, everyMs = 10_000): RateLimited<Fields> {
  let times = 0;
  let newest: Fields;
  let timer: NodeJS.Timeout | undefined;
  const tell = () => {
    timer = undefined;
    if (times === 0) return;
    const told = times;
    times = 0;
    timer = setTimeout(tell, everyMs).unref();
    write(newest, told);
  };
  const happened = (fields: Fields) => {
    newest = fields;
    times += 1;
    if (timer === undefined) tell();
  };
  const forget = () => {
    times = 0;
  };
  return Object.assign(happened, { forget });
}
