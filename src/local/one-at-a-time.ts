import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Does a work that only one process may do at a time, as an installation into a folder. Others wait for it, and do theirs after it, also
 * if the process at work dies.
 *
 * @param file the file that they meet at: it is made if it is not there, and stays.
 * @param onWait called once if another process is at work.
 */
export async function oneAtATime<T>(file: string, work: () => Promise<T>, onWait: () => void): Promise<T> {
  // Loaded here: Node 22 warns of it.
  const { DatabaseSync } = await import('node:sqlite');
  await mkdir(dirname(file), { recursive: true });
  // The operating system takes a lock of SQLite away from a process that has ended.
  const lock = new DatabaseSync(file);
  try {
    for (let tries = 0; !isTaken(lock); tries += 1) {
      if (tries === 0) onWait();
      await sleep(LOOK_MS);
    }
    return await work();
  } finally {
    lock.close();
  }
}

// --- internal ---

const LOOK_MS = 250;
/** SQLite's number for a lock that another one has. */
const BUSY = 5;

function isTaken(lock: { exec(sql: string): void }): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === BUSY) return false;
    throw error;
  }
}
