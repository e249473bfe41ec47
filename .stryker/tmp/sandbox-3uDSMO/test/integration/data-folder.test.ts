import { cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCloud } from '../../src/local/cloud.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { chordal } from './cli-support.ts';
import { projectOf } from './local-support.ts';

const project = projectOf('math');

/** Ways in which a data folder can be damaged, and what is then said of it. */
const damages: readonly (readonly [
  what: string,
  damage: (file: (name: RegExp) => Promise<string>) => Promise<void>,
  message: RegExp,
])[] = [
  ['SQLite file is none', async (file) => overwrite(await file(/fauxqs\.db$/)), /fauxqs\.db: file is not a database/],
  ['SQLite file is cut off', async (file) => truncate(await file(/fauxqs\.db$/), 9000), /fauxqs\.db: .*malformed/],
  ["LevelDB's log is garbage", async (file) => overwrite(await file(/\.log$/)), /\.log: a checksum in it is wrong/],
  ["a byte of LevelDB's log is wrong", async (file) => flipByte(await file(/\.log$/)), /\.log: a checksum/],
  ['LevelDB does not find its manifest', async (file) => rm(await file(/MANIFEST/)), /CURRENT: current value is "MANI/],
  ['LevelDB would begin anew', async (file) => rm(await file(/CURRENT/)), /CURRENT: current value is ""/],
];

test('a damaged data folder is named, and left as it is', async () => {
  const whole = await temporaryFolder();
  const cloud = await startCloud({ project, dataDir: whole });
  await cloud.stop();

  for (const [what, damage, message] of damages) {
    const dataDir = await temporaryFolder();
    await cp(whole, dataDir, { recursive: true });
    await damage(async (name) => join(dataDir, (await filesIn(dataDir)).find((file) => name.test(file)) ?? 'none'));
    const before = await contentsOf(dataDir);

    const starting = startCloud({ project, dataDir });
    await expect(starting, what).rejects.toThrow(message);
    await expect(starting, what).rejects.toThrow('left as it is; move the folder away, or choose another');
    expect(await contentsOf(dataDir), what).toEqual(before);
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

test('dev says that its data folder is no folder, or holds what it did not write', async () => {
  const dir = await temporaryFolder({ file: 'x', 'data/schedules/a.json': '{' });
  const [noFolder, noSchedule] = await Promise.all(
    ['file', 'data'].map((name) => chordal(['dev', '--data', join(dir, name)])),
  );

  expect(noFolder).toMatchObject({ code: 2, stdout: '' });
  expect(noFolder?.stderr).toMatch(/^chordal: Cannot keep data in .*file: EEXIST.*; choose another folder\n$/);
  expect(noSchedule).toMatchObject({ code: 2, stdout: '' });
  expect(noSchedule?.stderr).toMatch(/^chordal: Cannot use the data in .*a\.json: it is no schedule\. It is damaged/);
}, 60_000);

// --- internal ---

async function overwrite(path: string): Promise<void> {
  await writeFile(path, Buffer.alloc(3000, 'no data'));
}

async function flipByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes.writeUInt8((bytes[20] ?? 0) ^ 1, 20);
  await writeFile(path, bytes);
}

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(dir.length + 1)] : []));
}

/** SQLite's two files beside its own appear also when it only reads. */
async function contentsOf(dir: string): Promise<Readonly<Record<string, string>>> {
  const files = (await filesIn(dir)).filter((file) => !/-(shm|wal)$/.test(file)).toSorted();
  const contents = await Promise.all(files.map((file) => readFile(join(dir, file), 'base64')));
  return Object.fromEntries(files.map((file, index) => [file, contents[index] ?? '']));
}
