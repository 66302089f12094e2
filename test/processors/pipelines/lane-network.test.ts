import assert from 'node:assert/strict';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { createModels } from '../../../models/models.ts';
import { openSenses } from '../../../processors/pipelines/open-senses.ts';
import { parseConfiguration, streamSchema } from '../../../schemas/configuration.ts';
import { needsShared } from '../../support/needs.ts';
import { temporaryFolder } from '../../support/temporary.ts';

function open(t: TestContext, mirror: string) {
  const models = createModels({ name: 'centernet', dataDirectory: temporaryFolder(t), mirror });
  t.after(() => models.close());
  const stream = streamSchema.parse({ id: 'front', url: 'sim:quiet-drive', lanes: 'network' });
  return openSenses({ stream, alerts: parseConfiguration({}, 'defaults').alerts, models });
}

test('a camera whose lanes a network is to find says how to fetch one where there is none', async (t) => {
  await assert.rejects(open(t, ''), { code: 'MODEL_MISSING', message: /pull lanes-nano/ });
});

test('the network that finds lanes is part of the model set', async (t) => {
  const file = needsShared(t, 'models/twinlitenetplus_nano.onnx');
  if (!file) return;
  const senses = await open(t, path.dirname(file));
  t.after(() => senses.close());
  assert.match(senses.modelSet, /\+lanes-(small|nano):[0-9a-f]{16}/);
});
