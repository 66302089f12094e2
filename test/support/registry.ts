import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { findJava, javaRemedy, spawnJava } from '../../platform/kafka-broker/java.ts';
import { fromMavenCentral } from '../../platform/kafka-broker/maven.ts';
import { freePort } from '../../platform/kafka-broker/ports.ts';
import { RoadstreamError } from '../../schemas/errors.ts';
import { eventually } from './eventually.ts';
import { needs } from './needs.ts';

export interface SchemaRegistryServer {
  /** Of its Confluent-compatible interface. */
  readonly url: string;
  /** It forgets everything: it keeps its schemas in memory. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const version = '2.6.13.Final';

/** @returns An empty Apicurio Registry for this test; undefined after skipping it. */
export async function needsRegistry(t: TestContext): Promise<SchemaRegistryServer | undefined> {
  try {
    const [java, folder] = await Promise.all([findJava(), fetchRegistry()]);
    const registry = new RegistryProcess(java, folder, await freePort());
    t.after(() => registry.stop());
    await registry.start();
    return registry;
  } catch (error) {
    const isMissing = error instanceof RoadstreamError && ['TOOL_MISSING', 'DOWNLOAD_FAILED'].includes(error.code);
    if (!isMissing) throw error;
    needs(t, false, 'Apicurio Registry', `${javaRemedy} (${error.message})`);
    return undefined;
  }
}

export function fetchRegistry(): Promise<string> {
  return fromMavenCentral(`apicurio-${version}`, { zip: `io.apicurio:apicurio-registry-app:${version}:zip:all` });
}

class RegistryProcess implements SchemaRegistryServer {
  readonly url: string;
  readonly #java: string;
  readonly #jar: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  constructor(java: string, folder: string, port: number) {
    this.#java = java;
    this.#jar = path.join(folder, readdirSync(folder).find((file) => file.endsWith('-runner.jar'))!);
    this.#port = port;
    this.url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  }

  async start(): Promise<void> {
    const settings = { QUARKUS_HTTP_HOST: '127.0.0.1', QUARKUS_HTTP_PORT: `${this.#port}`, QUARKUS_PROFILE: 'prod' };
    const child = spawnJava(this.#java, ['-Xmx256m', '-XX:TieredStopAtLevel=1', '-jar', this.#jar], { ...process.env, ...settings });
    this.#process = child;
    let printed = '';
    for (const output of [child.stdout!, child.stderr!]) output.on('data', (text) => (printed += text));
    await eventually(
      'the schema registry answers',
      async () => {
        if (child.exitCode !== null) throw new Error(`The schema registry has ended:\n${printed.slice(-2000)}`);
        return fetch(`${this.url}/subjects`).then(
          ({ ok }) => ok,
          () => false,
        );
      },
      120_000,
    );
  }

  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
