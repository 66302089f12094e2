/** Fetches what the tests would fetch when they first need it, so that none of them waits for a network. */
import path from 'node:path';
import { fetchBroker } from '../../platform/kafka-broker/broker.ts';
import { pythonWith } from './python.ts';
import { fetchRegistry } from './registry.ts';

await fetchBroker();
await fetchRegistry();
await pythonWith(path.resolve(import.meta.dirname, '../foreign/requirements.txt'));
