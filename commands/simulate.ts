import { Command } from 'commander';
import { scenarioNames, simulate } from '../ingest/simulator/simulate.ts';
import { positive, progress, say } from './options.ts';

export function simulateCommand(): Command {
  return new Command('simulate')
    .description('draw a simulated drive into an MP4, with the exact truth beside it')
    .argument('<scenario>', scenarioNames.join(', '))
    .requiredOption('--output <file>', 'where the MP4 goes')
    .option('--truth <file>', 'where the truth of each frame goes, as JSON')
    .option('--seconds <number>', 'how much of it (default: the whole scenario once)', positive)
    .action(async (scenario: string, flags: { output: string; truth?: string; seconds?: number }) => {
      await simulate({
        scenario,
        ...flags,
        onProgress: (done, all) => progress(`${done} of ${all} frames`, done === all),
      });
      say(`${flags.output}${flags.truth ? ` and ${flags.truth}` : ''} written`);
    });
}
