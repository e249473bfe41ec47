import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { readInput } from '../../src/cli/read-canvases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('readInput() reads a file, or stdin for a hyphen, without a byte order mark', async () => {
  const dir = await temporaryFolder({ 'a.json': '\uFEFF{"ä": 1}' });

  expect(await readInput(`${dir}/a.json`, Readable.from([]))).toBe('{"ä": 1}');
  // A character may be cut in two.
  const bytes = Buffer.from('{"ä": 1}');
  expect(await readInput('-', Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]))).toBe('{"ä": 1}');
});

test('readInput() says why a file cannot be read', async () => {
  const dir = await temporaryFolder();

  await expect(readInput(`${dir}/none.json`, Readable.from([]))).rejects.toThrow('there is no such file');
  await expect(readInput(dir, Readable.from([]))).rejects.toThrow('it is a folder');
  await expect(readInput('-', Readable.from([Buffer.from([0xff, 0xfe])]))).rejects.toThrow(
    'Cannot read stdin: it is not UTF-8 text',
  );
});
