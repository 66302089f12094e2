import { type ChildProcess, execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { RoadstreamError } from '../../schemas/errors.ts';

/** Kafka 4 brokers need it. */
const oldestJava = 17;
/** What there is to install for all of this. */
export const javaRemedy = 'apt-get install -y default-jre-headless maven';

/**
 * @returns The Java to run, of JAVA_HOME or else of PATH.
 * @throws TOOL_MISSING
 */
export async function findJava(): Promise<string> {
  const java = process.env.JAVA_HOME ? path.join(process.env.JAVA_HOME, 'bin', 'java') : 'java';
  const { stderr } = await promisify(execFile)(java, ['-version']).catch((cause) => {
    const message = `Java ${oldestJava} or newer is needed, and ${java} does not run. To install it on Debian or Ubuntu: ${javaRemedy}`;
    throw new RoadstreamError('TOOL_MISSING', message, { cause });
  });
  const version = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (version >= oldestJava) return java;
  const message = `Java ${oldestJava} or newer is needed; ${java} is ${version}. Set JAVA_HOME to a newer one, or: ${javaRemedy}`;
  throw new RoadstreamError('TOOL_MISSING', message);
}

/** Becomes Java, and leaves a watcher behind that kills it when our end of its standard input closes, however we end. */
const tiedToParent = 'exec 3<&0; (cat <&3; kill -KILL $$) >/dev/null 2>&1 & exec "$@" 3<&- </dev/null';

/** Starts a server that never outlives this process. Ctrl-C does not reach it: whoever started it stops it. */
export function spawnJava(java: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
  const child = spawn('/bin/sh', ['-c', tiedToParent, 'sh', java, ...args], { stdio: 'pipe', detached: true, env });
  child.stdin!.on('error', () => {});
  return child;
}
