export type { Faults } from './faults.ts';
export { memoryCloud } from './memory-cloud.ts';
export type { TestCloud, TestCloudOptions } from './memory-cloud.ts';
export type { FaultKind } from './fault-injector.ts';
export { simulate, SimulationFailed } from './simulate.ts';
export type { SimulationReport } from './simulate.ts';
export type { SimulatedEnd, SimulationOptions } from './simulation-options.ts';
export { VirtualClock } from '../adapters/memory/virtual-clock.ts';
