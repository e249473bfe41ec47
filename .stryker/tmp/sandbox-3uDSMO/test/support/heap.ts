import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes that are in use once what is not is collected. */
export function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  // The flag gives new contexts the function.
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
