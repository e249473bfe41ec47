import { extname } from 'node:path';

/**
 * Returns the address of another module of this package, given without its extension, beside the module `from`. The
 * extension is `.ts` where the package runs from its source, `.js` where it was built. For modules that are loaded by
 * path (threads, entry points), which compilers do not rewrite.
 */
export function sibling(module: string, from: string): URL {
  return new URL(`${module}${extname(new URL(from).pathname)}`, from);
}
