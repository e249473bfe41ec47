import { expect, test } from 'vitest';
import type { Scope } from '../../../src/core/protocol/option.ts';
import { optionsOf } from '../../../src/core/protocol/options.ts';
import type { ApplyOptions, SignatureOptions, TaskOptions } from '../../../src/core/types/options.ts';
import { keptPage, referencePage } from '../../checks/reference.ts';

test('docs/reference.md is what `npm run docs:reference` writes', () => {
  expect(keptPage()).toBe(referencePage());
});

/** A new option of the public types has to be named here, and so in the table. */
const names: readonly [Scope, object][] = [
  [
    'call',
    {
      countdown: 1,
      eta: 1,
      expires: 1,
      taskId: 1,
      queue: 1,
      priority: 1,
      tenant: 1,
      headers: 1,
      stamps: 1,
      link: 1,
      linkError: 1,
      ignoreResult: 1,
      maxRetries: 1,
      timeLimit: 1,
      softTimeLimit: 1,
      concurrencyLimit: 1,
      concurrencyKey: 1,
      inline: 1,
    } satisfies Record<keyof SignatureOptions, 1>,
  ],
  [
    'applyAsync',
    { dedupKey: 1, dedupFor: 1, debounce: 1, throttle: 1 } satisfies Record<
      Exclude<keyof ApplyOptions, keyof SignatureOptions | 'args' | 'kwargs'>,
      1
    >,
  ],
  [
    'task',
    {
      bind: 1,
      maxRetries: 1,
      autoretryFor: 1,
      throws: 1,
      storeErrorsEvenIfIgnored: 1,
      dontAutoretryFor: 1,
      retryBackoff: 1,
      retryBackoffMax: 1,
      retryJitter: 1,
      defaultRetryDelay: 1,
      timeLimit: 1,
      softTimeLimit: 1,
      ignoreResult: 1,
      trackStarted: 1,
      acksLate: 1,
      rateLimit: 1,
      concurrencyLimit: 1,
      concurrencyKey: 1,
      queue: 1,
      priority: 1,
      input: 1,
      logArguments: 1,
      keepArguments: 1,
      output: 1,
      resultExpires: 1,
      inline: 1,
    } satisfies Record<keyof TaskOptions, 1>,
  ],
];

test.each(names)('the table of options has a row for each option of a %s', (scope, fields) => {
  expect(
    optionsOf(scope)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(Object.keys(fields).toSorted());
});
