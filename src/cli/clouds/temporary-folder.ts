import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is removed when the process ends, however a task may end it. */
export function temporaryFolder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'chordal-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
