import type { BuildFailure, Message } from 'esbuild';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { packageDirOf, packageNameOf } from './packages.ts';

/** Makes one of our errors from those of esbuild; each line begins with file, line and column. */
export function buildError(cause: unknown): ConfigurationError {
  const problems = isBuildFailure(cause) ? cause.errors.map(describeMessage) : [String(cause)];
  return new ConfigurationError(`Cannot build the handlers:\n${problems.join('\n')}`, { cause });
}

/**
 * Returns a message of esbuild as one line, with the fix:
 * `handlers/math.ts:3:7: Could not resolve "left-pad". Install it: …`.
 */
export function describeMessage({ location, text }: Message): string {
  const place = location === null ? '' : `${location.file}:${location.line}:${location.column + 1}: `;
  return `${place}${text}${adviceFor(text, location?.file ?? '')}`;
}

/** Returns the files that a build error names. */
export function filesOfBuildError(error: unknown): readonly string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  return isBuildFailure(cause) ? cause.errors.flatMap(({ location }) => location?.file ?? []) : [];
}

// --- internal ---

const SETTINGS = '`build` in chordal.config.ts, or the `config` of the handler';

function adviceFor(text: string, importer: string): string {
  const unresolved = /^Could not resolve "([^"]+)"/.exec(text)?.[1];
  if (unresolved !== undefined)
    return /^[./]/.test(unresolved) ? '' : adviceForPackage(packageNameOf(unresolved), importer);
  const extension = /^No loader is configured for "([^"]+)" files/.exec(text)?.[1];
  if (extension === undefined) return '';
  return `. Say how it is imported, as \`loaders: { '${extension}': 'text' }\` (or binary, json, base64, dataurl) in ${SETTINGS}`;
}

function adviceForPackage(name: string, importer: string): string {
  const dir = packageDirOf(importer);
  const install = `. Install it: npm install ${name}`;
  const provided = `if Lambda or a layer has it, name it in \`provided\` of ${SETTINGS}`;
  if (dir === undefined) return `${install}; or, ${provided}`;
  return `${install}; or ship the package that imports it as it is, by \`external\`; or, ${provided}`;
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors);
}
