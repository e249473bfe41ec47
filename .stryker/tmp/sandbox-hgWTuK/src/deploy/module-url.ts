import { extname } from 'node:path';

/**
 * The address of another module of this package, given without its extension, beside the module `from`: `.ts` where the package runs from
 * its source, `.js` where it was built. For what is loaded by path (threads, entry points), which no compiler rewrites.
 */
export function sibling(module: string, from: string): URL {
  return new URL(`${module}${extname(new URL(from).pathname)}`, from);
}
