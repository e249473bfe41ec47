import { makeApp, makeConf } from '../../client/app.ts';
import type { AppParts } from '../../client/app.ts';
import type { Runtime } from '../../engine/make-engine.ts';

/** The app of the command line: one without tasks. */
export function clientApp(runtime: Runtime): AppParts {
  return makeApp('chordal', makeConf({}), runtime);
}
