import { centernet } from './centernet.ts';
import type { Head } from './head.ts';
import { yolox } from './yolox.ts';

export const headNames = ['centernet', 'yolox'] as const;
export type HeadName = (typeof headNames)[number];

export const heads: Readonly<Record<HeadName, Head>> = { centernet, yolox };
