import { expect, test } from 'vitest';
import { makeConf } from '../../../src/client/app.ts';
import { makeEngine } from '../../../src/engine/make-engine.ts';
import type { Runtime } from '../../../src/engine/make-engine.ts';

const ROUTES = { 'email.urgent': 'now', 'email.*': 'mail', '*.daily': 'slow', plain: 'math' };

function engine(routes: Readonly<Record<string, string>>): ReturnType<typeof makeEngine> {
  return makeEngine({ routes: () => routes } as unknown as Runtime, new Map(), makeConf({}));
}

test('a task goes to the queue of its name, else of the first pattern that it matches', () => {
  const made = engine(ROUTES);
  const names = ['email.urgent', 'email.send', 'email.daily', 'report.daily', 'plain', 'email', 'constructor'];
  expect(names.map((name) => made.queueOf(name))).toEqual([
    'now',
    'mail',
    'mail',
    'slow',
    'math',
    undefined,
    undefined,
  ]);
});

test('a pattern is no task, and its queue is one that messages may go to', () => {
  const made = engine(ROUTES);
  expect(made.taskNames()).toEqual(['email.urgent', 'plain']);
  expect([made.hasQueue('mail'), made.hasQueue('other')]).toEqual([true, false]);
});
