import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually } from './eventually.ts';

/** Of the shell that the tests run in: a deployment of whoever runs them is none of theirs. */
export const noDeployment = {
  KAFKA_BROKERS: undefined,
  KAFKA_USERNAME: undefined,
  KAFKA_PASSWORD: undefined,
  SCHEMA_REGISTRY_URL: undefined,
  ROADSTREAM_DATABASE_URL: undefined,
};

const launcher = path.resolve(import.meta.dirname, '../../bin/roadstream.js');

/** Of what a process has printed, so that a failing test can show the end of it. */
const keptCharacters = 64 * 1024;

export interface RoleOptions {
  /** Command and options, for example `['process', '--config', file]`. */
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A role of the product in a process of its own, kept running as an init system would: when it ends by itself, that is counted, and it is started again. */
export class Role {
  readonly #options: RoleOptions;
  #child: ChildProcess | undefined;
  #printed = '';
  #isReady = false;
  #isWanted = true;
  #respawn: NodeJS.Timeout | undefined;
  /** Times that it has ended by itself. */
  crashes = 0;

  constructor(options: RoleOptions) {
    this.#options = options;
    this.#spawn();
  }

  get pid(): number {
    return this.#child!.pid!;
  }

  /** The end of what all its processes have printed. */
  get printed(): string {
    return this.#printed;
  }

  /** Until the newest process says that it works. */
  async ready(withinMs = 60_000): Promise<void> {
    try {
      await eventually(`${this.#options.command[0]} is ready`, () => this.#isReady, withinMs);
    } catch (cause) {
      throw new Error(`${(cause as Error).message}\n${this.#printed}`, { cause });
    }
  }

  /** As a power cut would; it is started again at once. */
  async kill(): Promise<void> {
    const child = this.#child!;
    clearTimeout(this.#respawn);
    if (child.exitCode === null && child.signalCode === null) {
      child.removeAllListeners('exit');
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
    this.#spawn();
  }

  /** As an operator would; it is not started again. */
  async stop(): Promise<void> {
    this.#isWanted = false;
    clearTimeout(this.#respawn);
    const child = this.#child!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.removeAllListeners('exit');
    const gone = once(child, 'exit');
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(timer);
  }

  #spawn(): void {
    const { command, cwd, env } = this.#options;
    this.#isReady = false;
    const child = spawn(process.execPath, [launcher, ...command], {
      cwd,
      env: { ...process.env, ...noDeployment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout!, child.stderr!])
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (this.#child !== child) return;
        this.#printed = (this.#printed + text).slice(-keptCharacters);
        if (/^ready\b/m.test(text)) this.#isReady = true;
      });
    child.on('exit', (code, signal) => {
      if (!this.#isWanted) return;
      this.crashes += 1;
      this.#printed += `\n(ended by itself: ${signal ?? code})\n`;
      this.#respawn = setTimeout(() => this.#spawn(), 1000);
    });
  }
}
