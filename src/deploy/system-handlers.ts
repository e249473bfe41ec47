import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { HandlerFile } from './handler-file.ts';
import { sibling } from './module-url.ts';

/** A function that every project has. */
export interface SystemHandler extends HandlerFile {
  /** The source of its events: the dead-letter queue, or only direct invocations. */
  readonly consumes: 'dead-letters' | 'invocations';
}

/**
 * Returns the functions that every project has: `bury` settles the work that dead letters leave open, `submit` and
 * `result` serve callers in any language.
 */
export function systemHandlers(): readonly SystemHandler[] {
  return [
    { name: 'bury', file: fileOf('bury'), consumes: 'dead-letters' },
    { name: 'submit', file: fileOf('submit'), consumes: 'invocations' },
    { name: 'result', file: fileOf('result'), consumes: 'invocations' },
  ];
}

// --- internal ---

function fileOf(name: string): string {
  const here = fileURLToPath(sibling(`../lambda/${name}`, import.meta.url));
  // From npm they are in another package than this module.
  return existsSync(here) ? here : fileURLToPath(import.meta.resolve(`chordal/internal/lambda/${name}.js`));
}
