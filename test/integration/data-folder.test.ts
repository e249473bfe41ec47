import { cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startCloud } from '../../src/local/cloud.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { cli } from './cli-support.ts';
import { projectOf } from './local-support.ts';

const project = projectOf('math');

/** Damages that a database finds when it opens its files. */
const damages: readonly (readonly [
  what: string,
  damage: (file: (name: RegExp) => Promise<string>) => Promise<void>,
])[] = [
  ['the SQLite file is garbage', async (file) => writeFile(await file(/fauxqs\.db$/), Buffer.alloc(3000, 'no data'))],
  ['the SQLite file is cut off', async (file) => truncate(await file(/fauxqs\.db$/), 9000)],
  ['the manifest of LevelDB is missing', async (file) => rm(await file(/MANIFEST/))],
  ['the start of LevelDB is garbage', async (file) => writeFile(await file(/CURRENT/), 'no data')],
];

test('a damaged data folder is refused with one clear error', async () => {
  const whole = await temporaryFolder();
  const cloud = await startCloud({ project, dataDir: whole });
  await cloud.stop();

  for (const [what, damage] of damages) {
    const dataDir = await temporaryFolder();
    await cp(whole, dataDir, { recursive: true });
    await damage(async (name) => join(dataDir, (await filesIn(dataDir)).find((file) => name.test(file)) ?? 'none'));

    await expect(startCloud({ project, dataDir }), what).rejects.toMatchObject({
      code: 'CHORDAL_CONFIGURATION',
      message: expect.stringMatching(
        /^Cannot use the data folder \S+: it is damaged \(.*\)\. Move it away, or choose another folder$/,
      ) as string,
    });
  }

  const again = await startCloud({ project, dataDir: whole });
  await again.stop();
}, 60_000);

test('a log that ends in the middle of a record, as by the death of its writer, is no damage', async () => {
  const dataDir = await temporaryFolder();
  await (await startCloud({ project, dataDir })).stop();
  const log = (await filesIn(dataDir)).find((file) => file.endsWith('.log')) ?? 'none';
  const { length } = await readFile(join(dataDir, log));
  expect(length).toBeGreaterThan(10);
  await truncate(join(dataDir, log), length - 5);

  await (await startCloud({ project, dataDir })).stop();
}, 60_000);

test('a data folder that another cloud uses is refused', async () => {
  const dataDir = await temporaryFolder();
  const first = await startCloud({ project, dataDir });
  onTestFinished(() => first.stop());

  await expect(startCloud({ project, dataDir })).rejects.toThrow(
    /: another process uses it \(.*\)\. Stop that process/,
  );
}, 60_000);

test('dev ends with one line and an exit code if its data folder is no folder, or has a file that is no schedule', async () => {
  const dir = await temporaryFolder({ file: 'x', 'data/schedules/a.json': '{' });
  const noFolder = await cli(['dev', '--data', join(dir, 'file')]);
  const noSchedule = await cli(['dev', '--data', join(dir, 'data')]);

  expect(noFolder).toMatchObject({ code: 2, stdout: '' });
  expect(noFolder.stderr).toMatch(/^chordal: Cannot use the data folder \S+: it is not a folder \(EEXIST.*\n$/);
  expect(noSchedule).toMatchObject({ code: 2, stdout: '' });
  expect(noSchedule.stderr).toMatch(
    /^chordal: Cannot use the data folder \S+: it is damaged \(a\.json is not a schedule\)/,
  );
}, 60_000);

// --- internal ---

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(dir.length + 1)] : []));
}
