/** `npm create chordal` with a registry: all packages are installed as a newcomer's are. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, runWell } from '../deploy/support/run.ts';
import { PACKAGES, packInto } from '../support/package.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const env = { npm_config_prefer_offline: 'true' };

test('two commands make a project whose tasks run, and warnings about Node come once at most', async ({ skip }) => {
  const registry = await run('npm', ['view', 'esbuild', 'version'], { env });
  if (registry.exitCode !== 0) return skip('there is no registry');
  const dir = await temporaryFolder();
  const packages = join(dir, 'packages');
  await mkdir(packages);
  const [, , create = ''] = await packInto(packages, PACKAGES);

  const npx = ['--yes', `--package=${create}`, 'create-chordal', 'shop', '--packages', packages];
  const { stdout, stderr } = await runWell('npx', npx, { cwd: dir, env });
  expect(`${stdout}${stderr}`.match(/EBADENGINE/g) ?? []).toEqual([]);
  const shop = join(dir, 'shop');
  const called = await runWell('npx', ['chordal', 'call', 'count', 'to be', '--memory', '--wait'], { cwd: shop });
  expect(called.stdout).toBe('{"value":2}\n');
  await runWell('npm', ['run', 'types'], { cwd: shop });
}, 600_000);
