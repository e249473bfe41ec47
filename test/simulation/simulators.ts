/** The simulations that a defect is planted in. */
export { simulate } from './simulate.ts';
export { simulateWindows } from './windows.ts';
