import { runUntilStopped } from '../../platform/lifecycle.ts';
import { createLogger } from '../../platform/logging.ts';

// Run as a process of its own: a role that behaves as its first argument says.
const behaviour = process.argv[2];
const say = (line: string) => process.stdout.write(`${line}\n`);
const log = createLogger({ pretty: false });
const neverEnds = setInterval(() => {}, 1000);

await runUntilStopped(
  async (stopping) => {
    if (behaviour === 'fails to start') throw new Error('no camera');
    if (behaviour === 'waits to start') {
      say('waiting');
      await new Promise((_, reject) => stopping.addEventListener('abort', () => reject(stopping.reason)));
    }
    say('started');
    if (behaviour === 'throws later') setTimeout(() => Promise.reject(new Error('nobody caught this')), 10);
    return {
      async close() {
        say('closing');
        if (behaviour === 'never closes') await new Promise(() => {});
        if (behaviour === 'fails to close') throw new Error('cannot close');
        say('closed');
      },
    };
  },
  log,
  500,
).catch((thrown) => {
  say(`told: ${thrown.message}`);
  clearInterval(neverEnds);
});
