import { mkdir, open, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '../core/errors/caller.ts';
import { messageOf } from '../core/text/describe.ts';
import { isWholeLog } from './leveldb-log.ts';

/**
 * Makes the folder that keeps what the cloud stores, or sees that what it holds is whole. It changes nothing: both databases would go on
 * from what they can still read, and overwrite the rest.
 *
 * @throws ConfigurationError if it can't be made, or something in it is damaged
 */
export async function openDataFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
  } catch (cause) {
    throw new ConfigurationError(`Cannot keep data in ${dataDir}: ${messageOf(cause)}; choose another folder`, {
      cause,
    });
  }
  await checkLevelDb(join(dataDir, 'dynamodb'));
  await checkSqlite(join(dataDir, 'fauxqs.db'));
}

/** The error for a file that can't be read as what it was written as. */
export function damaged(file: string, what: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `Cannot use the data in ${file}: ${what}. It is damaged, and was left as it is; move the folder away, or choose another`,
    { cause },
  );
}

// --- internal ---

/** A LevelDB without its file CURRENT begins anew, and one whose log is damaged goes on without what it can't read. */
async function checkLevelDb(dir: string): Promise<void> {
  const files = await unlessMissing(readdir(dir), NOTHING);
  // LevelDB makes CURRENT before the first of these.
  const isUsed = files.some((file) => /\.(log|ldb)$/.test(file));
  if (!isUsed) return;
  const current = (await unlessMissing(readFile(join(dir, 'CURRENT'), 'utf8'), '')).trim();
  if (!files.includes(current)) {
    throw damaged(join(dir, 'CURRENT'), `current value is ${JSON.stringify(current.slice(0, 40))}, and no file there`);
  }
  for (const file of files) {
    const path = join(dir, file);
    if (file === current || file.endsWith('.log')) await checkLog(path);
    if (file.endsWith('.ldb')) await checkTable(path);
  }
}

async function checkLog(path: string): Promise<void> {
  const bytes = await unlessMissing(readFile(path), Buffer.alloc(0));
  if (!isWholeLog(bytes)) throw damaged(path, 'a checksum in it is wrong');
}

const NOTHING: readonly string[] = [];

/** The last 8 bytes of a LevelDB table, little-endian. */
const TABLE_MAGIC = 0xdb4775248b80fb57n;

async function checkTable(path: string): Promise<void> {
  const file = await unlessMissing(open(path), undefined);
  if (file === undefined) return;
  try {
    const { size } = await file.stat();
    const end = Buffer.alloc(8);
    const { bytesRead } = await file.read(end, 0, 8, Math.max(0, size - 8));
    if (bytesRead < 8 || end.readBigUInt64LE() !== TABLE_MAGIC) throw damaged(path, 'its end is missing');
  } finally {
    await file.close();
  }
}

async function checkSqlite(path: string): Promise<void> {
  const size = await unlessMissing(
    stat(path).then((stats) => stats.size),
    0,
  );
  if (size === 0) return;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    const found = Object.values(database.prepare('PRAGMA quick_check(1)').get() ?? {});
    if (found[0] !== 'ok') throw damaged(path, String(found[0]));
  } catch (cause) {
    // Whoever uses it at this moment is named when the emulator starts.
    if (cause instanceof Error && cause.message.includes('locked')) return;
    throw cause instanceof ConfigurationError ? cause : damaged(path, messageOf(cause), cause);
  } finally {
    database?.close();
  }
}

/** Another process may be tidying up there. */
async function unlessMissing<T, Missing>(reading: Promise<T>, missing: Missing): Promise<T | Missing> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return missing;
    throw error;
  }
}
