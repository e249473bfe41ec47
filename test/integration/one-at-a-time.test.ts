/** Processes that install into one folder wait for each other. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { oneAtATime } from '../../src/local/one-at-a-time.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const program = `
import { oneAtATime } from '${pathToFileURL('src/local/one-at-a-time.ts').href}';
const work = () => new Promise(() => { process.send('at work'); setInterval(() => {}, 1000); });
await oneAtATime(process.argv[2], work, () => process.send('waits'));
`;

test('works on one file follow each other, also when the first one fails', async () => {
  const file = join(await temporaryFolder({}), 'folder', 'work.lock');
  const seen: string[] = [];
  const waits = Promise.withResolvers<void>();
  let second: Promise<unknown> | undefined;
  const first = oneAtATime(
    file,
    async () => {
      second = oneAtATime(file, async () => seen.push('second'), waits.resolve);
      await waits.promise;
      seen.push('first');
      throw new RangeError('no');
    },
    () => seen.push('first waits'),
  );
  await expect(first).rejects.toThrow(RangeError);
  await second;
  expect(seen).toEqual(['first', 'second']);
});

test('a process that waits begins when the one at work is killed', async () => {
  const dir = await temporaryFolder({ 'program.ts': program });
  const start = () => fork(join(dir, 'program.ts'), [join(dir, 'work.lock')], { execArgv: ['--no-warnings'] });
  const first = start();
  expect(await once(first, 'message')).toEqual(['at work', undefined]);
  const second = start();
  expect(await once(second, 'message')).toEqual(['waits', undefined]);
  first.kill('SIGKILL');
  expect(await once(second, 'message')).toEqual(['at work', undefined]);
  second.kill('SIGKILL');
  await once(second, 'exit');
});
