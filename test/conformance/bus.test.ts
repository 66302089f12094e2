import { createEmbeddedBus } from '../../platform/bus/embedded.ts';
import { busConformance } from './bus.ts';

busConformance('embedded', async () => createEmbeddedBus({ redeliveryDelayMs: 20 }));
