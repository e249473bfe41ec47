import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { messageOf } from '../../core/text/describe.ts';
import { hasCode } from '../../core/text/has-code.ts';

/**
 * Returns the environment of a project's own code on this machine: `.env`, `.env.local` over it, and the variables of this process over
 * both. Variables that lead this library to its cloud are left out.
 *
 * @throws ConfigurationError if a file cannot be read
 */
export function developerEnvironment(root: string): Readonly<Record<string, string>> {
  const all = { ...readEnvFile(join(root, '.env')), ...readEnvFile(join(root, '.env.local')), ...process.env };
  const kept = Object.entries(all).filter(([name]) => !leadsToCloud(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
}

/** Returns whether a variable leads this library to a cloud: the others are the same wherever functions run. */
export function leadsToCloud(name: string): boolean {
  return name.startsWith('CHORDAL_') && name !== 'CHORDAL_LOG_LEVEL' && name !== 'CHORDAL_CELERY_RESULTS';
}

/**
 * Reads a file of variables; there are none if there is no file.
 *
 * @throws ConfigurationError if it cannot be read
 */
export function readEnvFile(path: string): Readonly<Record<string, string>> {
  try {
    const found = Object.entries(parseEnv(readFileSync(path, 'utf8')));
    return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return {};
    throw new ConfigurationError(`Cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}
