import { expect, test } from 'vitest';
import { loadPlans, putBlocks } from '../../../src/engine/blocks.ts';
import type { Payloads } from '../../../src/ports/payloads.ts';

const MEGA = 1_000_000;

/** A store of blocks of one plan each, with so many characters. It notes each read, and `held` ones wait. */
function makeStore(sizes: Readonly<Record<string, number>>, held: ReadonlyMap<string, Promise<void>> = new Map()) {
  const reads: string[] = [];
  const payloads = {
    putBlocks: async () => undefined,
    getBlock: async ({ key }: { readonly key: string }) => {
      reads.push(key);
      await held.get(key);
      return JSON.stringify([{ task: 'a', args: ['x'.repeat(sizes[key] ?? 0)] }]);
    },
  } as unknown as Payloads;
  const load = async (name: string): Promise<void> => {
    await loadPlans(payloads, { items: { stored: `table:${name}`, n: 1, per: 1, first: 'a' }, lo: 0, hi: 1 });
  };
  return { reads, load, payloads };
}

test('a block whose read takes longer than those of many others leaves room for later ones', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const sizes = { 'table:slow/0': 9, 'table:b/0': 9, 'table:c/0': 9, 'table:d/0': 4, 'table:e/0': 4 };
  const { reads, load } = makeStore(
    Object.fromEntries(Object.entries(sizes).map(([key, size]) => [key, size * MEGA])),
    new Map([['table:slow/0', promise]]),
  );
  const slow = load('slow');
  await load('b');
  await load('c');
  resolve();
  await slow;
  await load('d');
  await load('e');
  reads.length = 0;
  await load('d');
  await load('e');
  expect(reads).toEqual([]);
});

test('a block that is written again is read again, and leaves room for others', async () => {
  const sizes = { 'table:a/0': 9 * MEGA, 'table:b/0': 4 * MEGA, 'table:c/0': 9 * MEGA };
  const { reads, load, payloads } = makeStore(sizes);
  await load('a');
  await putBlocks(payloads, { blocks: [{ key: 'table:a/0', text: '' }], until: 1 });
  await load('b');
  await load('c');
  reads.length = 0;
  await load('b');
  await load('a');
  expect(reads).toEqual(['table:a/0']);
});

test('a block that could not be read is read again', async () => {
  let isLost = true;
  const payloads = {
    getBlock: async () => {
      if (isLost) throw new Error('throttled');
      return '[{"task":"a"}]';
    },
  } as unknown as Payloads;
  const source = { items: { stored: 'table:W', n: 1, per: 1, first: 'a' }, lo: 0, hi: 1 };
  await expect(loadPlans(payloads, source)).rejects.toThrow('throttled');
  isLost = false;
  expect(await loadPlans(payloads, source)).toEqual([{ task: 'a' }]);
});
