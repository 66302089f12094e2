import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { newTopic } from '../../conformance/bus.ts';
import { eventually } from '../../support/eventually.ts';
import { startKafka } from '../../support/kafka-server.ts';
import { needs } from '../../support/needs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { openKafkaBus } from './kafka-clients.ts';

test('meets an encrypted broker that the system trusts, and says why it does not meet one that it does not', async (t) => {
  if (!needs(t, spawnSync('openssl', ['version']).status === 0, 'openssl', 'apt-get install openssl')) return;
  const folder = temporaryFolder(t);
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'certificate.pem')];
  const subject = ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', certificate],
    {
      stdio: 'ignore',
    },
  );
  const broker = await startKafka(t, { tls: { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') } });
  if (!broker) return;
  const topic = newTopic({ partitions: 1 });

  const { bus, lines } = openKafkaBus(t, { brokers: broker.secureBrokers, tls: true });
  const waiting = assert.rejects(bus.publish(topic, 'k', Buffer.from('x')), { code: 'BUS_CLOSED' });
  await eventually('it says why', () => lines.some(({ reason }) => reason === 'DEPTH_ZERO_SELF_SIGNED_CERT'));
  await bus.close();
  await waiting;

  const publish = `
    import { pino } from 'pino';
    import { createKafkaBus } from './platform/bus/kafka.ts';
    const bus = createKafkaBus({ kafka: ${JSON.stringify({ brokers: broker.secureBrokers, tls: true, sasl: null })}, clientId: 'tls', log: pino() });
    console.log(JSON.stringify(await bus.publish(${JSON.stringify(topic)}, 'k', Buffer.from('x'))));
    await bus.close();`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', publish], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
    encoding: 'utf8',
    cwd: path.resolve(import.meta.dirname, '../../..'),
  });
  assert.deepEqual(JSON.parse(output), { partition: 0, offset: 0 });
});
