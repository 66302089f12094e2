import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { asRoadstreamError, RoadstreamError } from '../../schemas/errors.ts';
import { javaRemedy } from './java.ts';

const run = promisify(execFile);
const dependencyPlugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';

/**
 * Gives a folder of files from Maven Central, fetched once and then kept in the user's cache. Processes may ask at the same time.
 * @param name Of the folder, with the version.
 * @param what A pom.xml whose jars are wanted, or a zip as group:artifact:version:zip:classifier whose contents are.
 * @throws TOOL_MISSING, DOWNLOAD_FAILED (retryable)
 */
export async function fromMavenCentral(name: string, what: { readonly pom: string } | { readonly zip: string }): Promise<string> {
  const folder = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'roadstream', name);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${randomUUID()}.tmp`;
  const content = path.join(unfinished, 'content');
  const goal =
    'pom' in what
      ? ['-f', what.pom, `${dependencyPlugin}:copy-dependencies`, '-DincludeScope=runtime']
      : [`${dependencyPlugin}:unpack`, `-Dartifact=${what.zip}`];
  // A repository of its own: Maven's shared one does not promise to survive two processes that write at once.
  const options = ['-q', '-B', '--strict-checksums', `-Dmaven.repo.local=${path.join(unfinished, 'repository')}`];
  try {
    await mkdir(unfinished, { recursive: true });
    await run('mvn', [...options, ...goal, `-DoutputDirectory=${content}`], { cwd: unfinished });
    // Whoever comes second finds the folder there, and uses it.
    await rename(content, folder).catch((error) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } catch (cause) {
    throw fetchFailure(name, cause);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function fetchFailure(name: string, cause: unknown): RoadstreamError {
  const { code, stdout } = cause as { code?: unknown; stdout?: string };
  if (code === 'ENOENT') {
    const message = `${name} is fetched by Maven, and there is no mvn. To install it on Debian or Ubuntu: ${javaRemedy}`;
    return new RoadstreamError('TOOL_MISSING', message, { cause });
  }
  const reason = stdout?.match(/^\[ERROR\] .*$/m)?.[0] ?? asRoadstreamError(cause).message;
  const message = `${name} cannot be fetched from Maven Central: ${reason}. A mirror goes into ~/.m2/settings.xml.`;
  return new RoadstreamError('DOWNLOAD_FAILED', message, { cause, retryable: true });
}
