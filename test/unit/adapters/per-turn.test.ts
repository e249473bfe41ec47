import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { perTurn } from '../../../src/adapters/per-turn.ts';

test('perTurn() hands on together what comes in one turn of the event loop, also from promises and callbacks of that turn', async () => {
  const turns: (readonly string[])[] = [];
  const ended = Promise.withResolvers<void>();
  const ask = perTurn<string>((asked) => {
    turns.push(asked);
    if (asked.includes('last')) ended.resolve();
  });

  ask('at once');
  await Promise.resolve().then(() => Promise.resolve());
  ask('after promises');
  await Promise.all([nextTurn(), nextTurn()].map((turn, index) => turn.then(() => ask(`callback ${index}`))));
  ask('last');
  await ended.promise;

  expect(turns).toEqual([
    ['at once', 'after promises'],
    ['callback 0', 'callback 1', 'last'],
  ]);
});
