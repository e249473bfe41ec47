import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { systemHandlers } from '../../src/deploy/system-handlers.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { bundle, startBytes, importCosts } from './support/bundle-weight.ts';

const math = { name: 'math', file: resolve('handlers/math.ts') };
const bare = { name: 'bare', file: resolve('test/deploy/support/bare-clients.ts') };

test('the code that a function reads when it starts weighs at most 26 % more than the clients of the SDK alone, and takes at most 10 % longer', async () => {
  const dirs = { math: await temporaryFolder(), bare: await temporaryFolder() };
  const [ours, theirs] = await Promise.all([bundle([math], dirs.math), bundle([bare], dirs.bare)]);
  const bytes = startBytes(ours, 'math') / startBytes(theirs, 'bare');
  // To load rare features apart saves 1 % of the bytes, and takes a fifth more time: each chunk is a file to open.
  // Both are without what the SDK's ES modules let out, which was a quarter of the clients.
  expect(bytes).toBeLessThanOrEqual(1.26);
  // `app.control.pause` finds Lambda's client in the runtime of the function.
  expect(Object.keys(ours.inputs).filter((input) => input.includes('client-lambda'))).toEqual([]);
  const imported = Object.values(ours.outputs).flatMap(({ imports }) => imports.filter(({ external }) => external));
  expect(imported.map(({ path }) => path)).toContain('@aws-sdk/client-lambda');

  const ratio = ([our = 0, their = 1]: readonly number[]): number => our / their;
  const costs = await importCosts([`${dirs.math}/math.mjs`, `${dirs.bare}/bare.mjs`], {
    least: 10,
    most: 60,
    isEnough: (costs) => ratio(costs) <= 1.1,
  });
  expect(ratio(costs)).toBeLessThanOrEqual(1.1);
}, 120_000);

test('the functions of the system weigh no more than a handler', async () => {
  const handlers = [math, ...systemHandlers()];
  const dirs = await Promise.all(handlers.map(() => temporaryFolder()));
  const [limit = 0, ...weights] = await Promise.all(
    handlers.map(async (handler, index) => startBytes(await bundle([handler], dirs[index] ?? ''), handler.name)),
  );
  for (const weight of weights) expect(weight).toBeLessThanOrEqual(limit);
});
