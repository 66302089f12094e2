import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { findJava } from '../../../platform/kafka-broker/java.ts';
import { fromMavenCentral } from '../../../platform/kafka-broker/maven.ts';
import { temporaryFolder } from '../../support/temporary.ts';

// Maven itself is stood in for: what matters here is what happens around it.
suite('files from Maven Central', () => {
  test('are whole when two ask at once, and are fetched once for all who come later', async (t) => {
    const { bin, roadstream } = surroundings(t);
    program(bin, 'mvn', [outputFolder, 'mkdir -p "$folder"; echo one > "$folder/one.jar"; sleep 0.2; echo two > "$folder/two.jar"']);
    const folders = await Promise.all([1, 2].map(() => fromMavenCentral('thing-1', { zip: 'a:b:1:zip:all' })));
    assert.deepEqual(folders, [path.join(roadstream, 'thing-1'), path.join(roadstream, 'thing-1')]);
    assert.deepEqual(readdirSync(folders[0]!).sort(), ['one.jar', 'two.jar']);
    program(bin, 'mvn', ['exit 1']);
    assert.equal(await fromMavenCentral('thing-1', { zip: 'a:b:1:zip:all' }), folders[0]);
    assert.deepEqual(readdirSync(roadstream), ['thing-1']);
  });

  test('that cannot be fetched leave nothing behind, and the reason is told', async (t) => {
    const { bin, roadstream } = surroundings(t);
    program(bin, 'mvn', [outputFolder, 'mkdir -p "$folder"; echo "[ERROR] no network"; exit 1']);
    await assert.rejects(fromMavenCentral('thing-1', { zip: 'a:b:1:zip:all' }), { code: 'DOWNLOAD_FAILED', message: /no network/ });
    assert.equal(existsSync(path.join(roadstream, 'thing-1')), false);
    assert.deepEqual(readdirSync(roadstream), []);
  });

  test('say what to install when there is no Maven', async (t) => {
    surroundings(t);
    await assert.rejects(fromMavenCentral('thing-1', { zip: 'a:b:1:zip:all' }), { code: 'TOOL_MISSING', message: /apt-get install/ });
  });
});

suite('Java', () => {
  test('that is missing is told of with what to install', async (t) => {
    surroundings(t);
    await assert.rejects(findJava(), { code: 'TOOL_MISSING', message: /apt-get install/ });
  });

  test('that is too old is told of with its version', async (t) => {
    const { bin } = surroundings(t);
    program(bin, 'java', ['echo \'openjdk version "11.0.2" 2019-01-15\' >&2']);
    await assert.rejects(findJava(), { code: 'TOOL_MISSING', message: /is 11/ });
  });
});

/** A PATH with nothing of ours in it, and an empty cache. */
function surroundings(t: TestContext) {
  const bin = temporaryFolder(t);
  const cache = temporaryFolder(t);
  const { PATH, XDG_CACHE_HOME, JAVA_HOME } = process.env;
  t.after(() => {
    for (const [name, value] of Object.entries({ PATH, XDG_CACHE_HOME, JAVA_HOME }))
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  });
  Object.assign(process.env, { PATH: bin, XDG_CACHE_HOME: cache });
  delete process.env.JAVA_HOME;
  return { bin, roadstream: path.join(cache, 'roadstream') };
}

/** In the stand-in's shell: `$folder` is where the files are to go. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell's
const outputFolder = 'for argument; do case $argument in -DoutputDirectory=*) folder=${argument#*=};; esac; done';

function program(bin: string, name: string, lines: readonly string[]): void {
  const file = path.join(bin, name);
  writeFileSync(file, ['#!/bin/sh', 'PATH=/usr/bin:/bin', ...lines, ''].join('\n'));
  chmodSync(file, 0o755);
}
