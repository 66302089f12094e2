import { createWeriftEgress } from '../../gateway/live/werift-egress.ts';
import { egressConformance } from './egress.ts';

egressConformance('werift', createWeriftEgress);
