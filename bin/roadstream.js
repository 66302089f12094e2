#!/usr/bin/env node
// Plain JavaScript on purpose: an old Node.js must get as far as this message.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `roadstream needs Node.js 24 or newer; this is ${process.versions.node}. ` +
      'Start it with `npm start` after `npm ci` (which installs a fitting Node.js beside it), or install a newer one. ' +
      'If npm did not run install scripts, do it once with: npm rebuild node',
  );
  process.exit(1);
}
// V8 lets the space of young objects grow under load, step by step over hours, to 128 MB a process. A fixed one serves as well, and memory
// stays as it was after the first minutes. Only a process that begins can be told so; this one begins anew in its own place.
const memory = ['--min-semi-space-size=16', '--max-semi-space-size=16'];
if (process.platform !== 'win32' && !process.execArgv.includes(memory[0]))
  process.execve(process.execPath, [process.execPath, ...memory, ...process.execArgv, ...process.argv.slice(1)], process.env);
// A camera's password on the command line must not stay in the process list. npm's shell has it too, hence `exec` in package.json.
process.title = 'roadstream';
// A role that was killed is back sooner when what it is made of has been compiled before.
(await import('node:module')).enableCompileCache();
// Before anything that could use the pool.
await import('../platform/thread-pool.ts');
const { main } = await import('../roadstream.ts');
await main(process.argv.slice(2));
