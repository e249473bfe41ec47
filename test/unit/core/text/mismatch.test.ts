import { expect, test } from 'vitest';
import { describe } from '../../../../src/core/text/describe.ts';
import { mismatch, withoutValue } from '../../../../src/core/text/mismatch.ts';

const CANNOT = 'Cannot use countdown: ';

test.each([
  ['a text', '5'],
  ['a text with the mark in it', 'a, got b'],
  ['a text of several lines', 'one\ntwo'],
])('a log gets no part of the quoted value: %s', (_, value) => {
  const message = `${CANNOT}${mismatch('a number of seconds', describe(value))}. Give a number.`;
  expect(message).toBe(`${CANNOT}expected a number of seconds, got ${JSON.stringify(value)}. Give a number.`);
  expect(withoutValue(message)).toBe(`${CANNOT}expected a number of seconds`);
});

test('a message in a message loses the value of either', () => {
  const inner = mismatch('a list', '"secret"');
  expect(withoutValue(`Cannot start W: ${inner}: Cannot read it: ${mismatch('an object', '5')}`)).toBe(
    'Cannot start W: expected a list',
  );
});

test('a reason that an older release wrote loses its value too', () => {
  expect(withoutValue('InvalidMessage: Cannot read args of a message as a list: current value is ["secret"]')).toBe(
    'InvalidMessage: Cannot read args of a message as a list',
  );
});

test('a message that quotes no value stays whole', () => {
  expect(withoutValue('Cannot send W: no function runs the task.')).toBe('Cannot send W: no function runs the task.');
});
