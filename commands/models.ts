import { Command } from 'commander';
import { listModels, pullModel, verifyModels } from '../models/commands.ts';
import { configure } from './configure.ts';
import { progress, say } from './options.ts';

export function modelsCommand(): Command {
  const models = new Command('models').description('the models that see: list, fetch, verify');
  const dataDirectory = () => configure({}).dataDirectory;
  models
    .command('list', { isDefault: true })
    .description('which models there are, and which are here')
    .action(async () => {
      for (const { name, tier, state, description, licence } of await listModels({ dataDirectory: dataDirectory() }))
        say(`${name.padEnd(14)} ${tier.padEnd(12)} ${state.padEnd(10)} ${licence.padEnd(12)} ${description}`);
    });
  models
    .command('pull')
    .argument('<name>')
    .description('fetch a recommended model and check it; ROADSTREAM_MODEL_MIRROR names a folder or address to fetch it from instead')
    .action(async (name: string) => {
      const file = await pullModel({
        name,
        dataDirectory: dataDirectory(),
        onProgress: (done, all) => progress(`${name}: ${Math.round((100 * done) / all)} %`, done === all),
      });
      say(`${name} is here: ${file}`);
    });
  models
    .command('verify')
    .description('check every model that is here against its hash')
    .action(async () => {
      const results = await verifyModels({ dataDirectory: dataDirectory() });
      for (const { name, problem } of results) say(`${name.padEnd(14)} ${problem ?? 'as it should be'}`);
      if (results.some(({ problem }) => problem)) process.exitCode = 1;
    });
  return models;
}
