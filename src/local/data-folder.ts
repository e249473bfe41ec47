import { mkdir } from 'node:fs/promises';
import { ConfigurationError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';

/**
 * Makes the folder that keeps the state of the embedded cloud, unless it exists.
 *
 * @throws ConfigurationError if it cannot be made
 */
export async function openDataFolder(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true }).catch((error: unknown) => {
    throw dataFolderError(dataDir, error);
  });
}

/** Makes the error for a data folder that a database or a file system refuses to use: the reason, and the fix. */
export function dataFolderError(dataDir: string, cause: unknown): ConfigurationError {
  const detail = messageOf(rootCause(cause));
  const { reason, fix } = PROBLEMS.find(({ pattern }) => pattern.test(detail)) ?? UNKNOWN;
  return new ConfigurationError(`Cannot use the data folder ${dataDir}: ${reason} (${detail}). ${fix}.`, { cause });
}

// --- internal ---

interface Problem {
  readonly reason: string;
  readonly fix: string;
}

/** The words of Node, SQLite and LevelDB. The first that fits counts. */
const PROBLEMS: readonly (Problem & { readonly pattern: RegExp })[] = [
  {
    pattern: /no space|disk is full|ENOSPC|file too large|EFBIG|EDQUOT|quota/i,
    reason: 'the disk is full',
    fix: 'Free some space, and start again',
  },
  {
    pattern: /disk I\/O error/i,
    reason: 'the disk is full, or refuses to read or write',
    fix: 'Free some space, or choose another folder, and start again',
  },
  {
    pattern: /denied|read-?only|EACCES|EROFS|EPERM|unable to open|ENOENT.*mkdir/i,
    reason: 'it cannot be written',
    fix: 'Change its permissions, or choose another folder',
  },
  {
    pattern: /\block(ed)?\b/i,
    reason: 'another process uses it',
    fix: 'Stop that process, or choose another folder',
  },
  { pattern: /EEXIST|ENOTDIR|not a directory/i, reason: 'it is not a folder', fix: 'Choose another path' },
  {
    pattern: /corrupt|malformed|not a database|not a schedule|no such file/i,
    reason: 'it is damaged',
    fix: 'Move it away, or choose another folder',
  },
];

const UNKNOWN: Problem = { reason: 'it failed', fix: 'Choose another folder' };

function rootCause(error: unknown): unknown {
  return error instanceof Error && error.cause instanceof Error ? rootCause(error.cause) : error;
}
