import { spawn } from 'node:child_process';
import { chmod, cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, onTestFinished, test } from 'vitest';
import { startCloud } from '../../src/local/cloud.ts';
import { clientOptions } from '../../src/local/endpoints.ts';
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
        /^Cannot use the data folder \S+: it is damaged \(.*\)\. Move it away, or choose another folder\.$/,
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
  const noFolder = await cli(['dev', '--port', '0', '--data', join(dir, 'file')]);
  const noSchedule = await cli(['dev', '--port', '0', '--data', join(dir, 'data')]);

  expect(noFolder).toMatchObject({ code: 2, stdout: '' });
  expect(noFolder.stderr).toMatch(/^chordal: Cannot use the data folder \S+: it is not a folder \(EEXIST.*\n$/);
  expect(noSchedule).toMatchObject({ code: 2, stdout: '' });
  expect(noSchedule.stderr).toMatch(
    /^chordal: Cannot use the data folder \S+: it is damaged \(a\.json is not a schedule\)/,
  );
}, 60_000);

test('a full disk ends the cloud with the reason, and its data is there at the next start', async () => {
  const dataDir = await temporaryFolder();
  // The limit on the size of a file has the effect of a full disk, and needs no rights.
  const child = spawn('sh', [
    '-c',
    'ulimit -f 4096 && exec "$@"',
    'sh',
    process.execPath,
    ...programArguments(dataDir),
  ]);
  const lines = (await text(child.stdout)).trim().split('\n');
  const accepted = lines.length - 1;

  expect(lines.at(-1)).toMatch(
    /^Cannot use the data folder \S+: the disk is full \(.*\)\. Free some space, and start again\.$/,
  );
  expect(accepted).toBeGreaterThan(0);
  const again = await startCloud({ project, dataDir });
  onTestFinished(() => again.stop());
  const { dynamodb, accessKey } = again.endpoints;
  const client = new DynamoDBClient(clientOptions(dynamodb, accessKey));
  const Key = { pk: { S: String(accepted - 1) }, sk: { S: 's' } };
  expect(await client.send(new GetItemCommand({ TableName: project.table.name, Key }))).toMatchObject({ Item: Key });
  client.destroy();
}, 60_000);

test('a read-only data folder is refused', async () => {
  const dataDir = await temporaryFolder();
  await chmod(dataDir, 0o555);
  // Root may write anywhere.
  const isRoot = process.getuid?.() === 0;
  const child = spawn(process.execPath, programArguments(dataDir), isRoot ? { uid: 65_534, gid: 65_534 } : {});

  expect(await text(child.stderr)).toMatch(
    /Cannot use the data folder \S+: it cannot be written \(.*\)\. Change its permissions/,
  );
}, 60_000);

// --- internal ---

/** Arguments of Node for a program that writes items until its cloud ends. It prints a line for each, and then the reason. */
function programArguments(dataDir: string): readonly string[] {
  const program = `
    import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
    import { startCloud } from '${resolve('src/local/cloud.ts')}';
    import { clientOptions } from '${resolve('src/local/endpoints.ts')}';
    const { endpoints, died } = await startCloud({ project: ${JSON.stringify(project)}, dataDir: ${JSON.stringify(dataDir)} });
    void died.then(({ message }) => { console.log(message); process.exit(1); });
    const client = new DynamoDBClient({ ...clientOptions(endpoints.dynamodb, endpoints.accessKey), maxAttempts: 1 });
    for (let count = 0; count < 100; count += 1) {
      const Item = { pk: { S: String(count) }, sk: { S: 's' }, v: { S: 'x'.repeat(300_000) } };
      await client.send(new PutItemCommand({ TableName: '${project.table.name}', Item })).catch(() => died);
      console.log(count);
    }
  `;
  return ['--input-type=module', '--eval', program];
}

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(dir.length + 1)] : []));
}
