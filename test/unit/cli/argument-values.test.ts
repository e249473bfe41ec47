import { expect, test } from 'vitest';
import { jsonOrText, listOption, numberOption, objectOption } from '../../../src/cli/argument-values.ts';
import { UsageError } from '../../../src/cli/errors.ts';

test('numberOption() reads numbers within its limits only', () => {
  const readTimeout = numberOption('timeout', { least: 0 });
  expect(readTimeout('0.5')).toBe(0.5);
  for (const text of ['', ' ', 'soon', '-1', 'NaN', 'Infinity']) {
    expect(() => readTimeout(text)).toThrow(`Cannot use --timeout: expected a number of at least 0, got "${text}"`);
  }
  const readPort = numberOption('port', { least: 0, most: 65_535, isWhole: true });
  expect(() => readPort('80.5')).toThrow('a whole number from 0 to 65535');
});

test.each([
  ['1', 1],
  ['[1, {"a": null}]', [1, { a: null }]],
  ['"1"', '1'],
  ['hello', 'hello'],
  ['', ''],
  ['NaN', 'NaN'],
  ['{bad', '{bad'],
])('jsonOrText() reads %j', (text, value) => {
  expect(jsonOrText(text, 'argument 1')).toEqual(value);
});

test('jsonOrText() refuses JSON that nests 20,000 deep instead of taking it for a text', () => {
  const text = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

  expect(() => jsonOrText(text, 'argument 1')).toThrow('Cannot read argument 1: it nests deeper than 1000 levels');
});

test('--args is a list, and --kwargs an object; marked values are read', () => {
  expect(listOption('[1, {"__type__": "bigint", "__value__": "2"}]')).toEqual([1, 2n]);
  expect(objectOption('{"debug": true}')).toEqual({ debug: true });
  expect(() => listOption('5')).toThrow(
    "Cannot use --args: expected a JSON list of arguments, got 5. For one argument write --args '[5]'.",
  );
  expect(() => listOption('[1')).toThrow(
    "Cannot use --args: expected a JSON list of arguments, got [1. Write it as in --args '[1, 2]'.",
  );
  for (const text of ['5', '[1]', 'null', '{bad']) expect(() => objectOption(text)).toThrow(UsageError);
});
