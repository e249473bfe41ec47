export { memoryCloud } from './memory-cloud.ts';
export type { TestCloud, TestCloudOptions } from './memory-cloud.ts';
export { VirtualClock } from '../adapters/memory/virtual-clock.ts';
