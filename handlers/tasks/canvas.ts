import { chain, group } from 'chordal';
import { app } from './app.ts';
import { add } from './math.ts';
import { identity } from './text.ts';

export const addReplaced = app.task('addReplaced', { bind: true }, (ctx, x: number, y: number) =>
  ctx.replace(add.s(x, y)),
);

/** Replaces itself with a group: adds the value to each number. */
export const addToAll = app.task('addToAll', { bind: true }, (ctx, nums: readonly number[], value: number) =>
  ctx.replace(group(nums.map((num) => add.s(num, value)))),
);

export const replaceWithChain = app.task('replaceWithChain', { bind: true }, (ctx, ...args: unknown[]) =>
  // By name, because the types of these arguments are unknown.
  ctx.replace(chain(app.signature(identity.name, { args }), identity.s())),
);
