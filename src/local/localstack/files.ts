import { fileURLToPath } from 'node:url';

/**
 * Returns the path of a file of this folder that is not TypeScript. It is in `src` also where the package runs from
 * `dist`.
 */
export function packageFile(name: string): string {
  return fileURLToPath(new URL(`../../../src/local/localstack/${name}`, import.meta.url));
}
