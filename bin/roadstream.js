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
// A camera's password on the command line must not stay in the process list. npm's shell has it too, hence `exec` in package.json.
process.title = 'roadstream';
// A role that was killed is back sooner when what it is made of has been compiled before.
(await import('node:module')).enableCompileCache();
// Before anything that could use the pool.
await import('../platform/thread-pool.ts');
const { main } = await import('../roadstream.ts');
await main(process.argv.slice(2));
