import { expect, it } from 'vitest';
import {
  ConfigurationError,
  InvalidArguments,
  InvalidCanvas,
  NotRegistered,
  ServiceUnavailable,
} from '../../../src/core/errors/caller.ts';
import { logRefusal } from '../../../src/lambda/log-refusal.ts';

/** The level, the message and the fields of the line about an error. */
function lineOf(error: unknown): readonly unknown[] {
  const lines: unknown[][] = [];
  const write =
    (level: string) =>
    (...line: readonly unknown[]): void =>
      void lines.push([level, ...line]);
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  logRefusal(log, { refused: 'It was refused', failed: 'It failed' }, error);
  expect(lines).toHaveLength(1);
  return lines[0] ?? [];
}

it.each([
  [
    new InvalidCanvas('Cannot read it: expected a list, got "secret"'),
    'InvalidCanvas: Cannot read it: expected a list',
  ],
  [new NotRegistered('Cannot send ad', { task: 'ad' }), 'NotRegistered: Cannot send ad'],
  [
    new InvalidArguments('Cannot call add("secret"): add takes 2 arguments, not 1. Give more.', { task: 'add' }),
    'InvalidArguments: Cannot call add: add takes 2 arguments, not 1.',
  ],
  [new InvalidArguments('Cannot map add over "secret"', { task: 'add' }), 'InvalidArguments'],
  [new ServiceUnavailable('The table is busy'), 'ServiceUnavailable: The table is busy'],
])('logRefusal() warns of a mistake of the caller, or a service that is busy: %s', (error, text) => {
  expect(lineOf(error)).toEqual(['warn', 'It was refused', { error: text }]);
});

it('logRefusal() tells of a right that is missing as of an error', () => {
  const line = lineOf(new ConfigurationError('Cannot read the table "t": access is refused'));
  const error = 'ConfigurationError: Cannot read the table "t": access is refused';
  expect(line).toEqual(['error', 'It failed', { error }]);
});

it('logRefusal() says where an error that is not foreseen was thrown', () => {
  const stack = expect.stringMatching(/^TypeError: broken\n +at .*log-refusal\.test\.ts/) as string;
  expect(lineOf(new TypeError('broken'))).toEqual(['error', 'It failed', { error: 'TypeError: broken', stack }]);
});
