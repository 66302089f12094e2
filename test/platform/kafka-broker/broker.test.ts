import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { suite, test } from 'node:test';
import { type Admin, Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { startBroker } from '../../../platform/kafka-broker/broker.ts';
import { isFree } from '../../../platform/kafka-broker/ports.ts';
import { eventually } from '../../support/eventually.ts';
import { needsKafka } from '../../support/kafka.ts';
import { startKafka } from '../../support/kafka-server.ts';
import { temporaryFolder } from '../../support/temporary.ts';

suite('broker on this machine', () => {
  test('keeps topics and messages when it is killed and started again', async (t) => {
    const broker = await startKafka(t);
    if (!broker) return;
    const { producer, consumer, admin } = clientsOf({ brokers: [...broker.brokers] });
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 3 }], waitForLeaders: true });
    await producer.connect();
    await producer.send({ topic: 'kept', acks: -1, messages: [{ key: 'a', value: 'before', partition: 2 }] });
    await broker.kill();
    assert.equal(await isFree(portOf(broker.brokers)), true);

    await broker.start();
    const { topics } = await admin.fetchTopicMetadata({ topics: ['kept'] });
    assert.equal(topics[0]!.partitions.length, 3);
    const got = Promise.withResolvers<string>();
    await consumer.connect();
    await consumer.subscribe({ topic: 'kept', fromBeginning: true });
    await consumer.run({ eachMessage: async ({ message }) => got.resolve(String(message.value)) });
    assert.equal(await got.promise, 'before');
    await Promise.all([producer.disconnect(), consumer.disconnect(), admin.disconnect()]);
    await broker.stop();
    assert.equal(await isFree(portOf(broker.brokers)), true);
  });

  test('is the same one for all tests of a file', async (t) => {
    const first = await needsKafka(t);
    if (!first) return;
    assert.deepEqual(await needsKafka(t), first);
  });

  test('lets its users in by PLAIN and SCRAM, and nobody else', async (t) => {
    const broker = await startKafka(t, { users: { alice: 'wonder"land' } });
    if (!broker) return;
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512'] as const) {
      const login = (password: string): Admin =>
        clientsOf({ brokers: [...broker.secureBrokers], sasl: { mechanism, username: 'alice', password } } as KafkaConfig).admin;
      const admin = login('wonder"land');
      await admin.connect();
      assert.deepEqual(await admin.listTopics(), []);
      await admin.disconnect();
      await assert.rejects(login('wrong').connect(), { name: 'KafkaJSSASLAuthenticationError' }, mechanism);
    }
  });

  test('ends with the process that started it, killed or not', async (t) => {
    // Java and the jars are here, or this skips.
    if (!(await needsKafka(t))) return;
    const module = path.resolve(import.meta.dirname, '../../../platform/kafka-broker/broker.ts');
    const directory = path.join(temporaryFolder(t), 'kafka');
    const code = `
      import { startBroker } from ${JSON.stringify(module)};
      const { brokers } = await startBroker({ directory: ${JSON.stringify(directory)}, port: 0 });
      console.log(brokers[0]);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const [address] = (await once(createInterface(child.stdout), 'line')) as [string];
    assert.equal(await isFree(portOf([address])), false);
    child.kill('SIGKILL');
    await eventually('the broker is gone', () => isFree(portOf([address])));
  });

  test('says that a port is taken, before anything else', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.after(() => other.close());
    const { port } = other.address() as AddressInfo;
    const directory = path.join(temporaryFolder(t), 'kafka');
    await assert.rejects(startBroker({ directory, port }), { code: 'PORT_IN_USE' });
    assert.equal(existsSync(directory), false);
  });

  test('tells why it cannot run: a folder that another broker uses', async (t) => {
    const directory = path.join(temporaryFolder(t), 'kafka');
    const broker = await startKafka(t, {}, directory);
    if (!broker) return;
    await assert.rejects(startBroker({ directory, port: 0 }), { code: 'BROKER_FAILED', message: /lock/ });
  });

  test('tells when it ends without having been asked to', async (t) => {
    const broker = await startKafka(t);
    if (!broker) return;
    process.kill(broker.pid, 'SIGKILL');
    assert.equal((await broker.died).code, 'BROKER_FAILED');
  });
});

function clientsOf(config: KafkaConfig) {
  const kafka = new Kafka({ logLevel: logLevel.NOTHING, ...config, retry: { retries: 20, initialRetryTime: 200, maxRetryTime: 1000 } });
  return { producer: kafka.producer(), consumer: kafka.consumer({ groupId: 'test' }), admin: kafka.admin() };
}

function portOf([address]: readonly string[]): number {
  return Number(address!.split(':')[1]);
}
