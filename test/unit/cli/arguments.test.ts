import { expect, test } from 'vitest';
import { orderArguments, readNumber } from '../../../src/cli/arguments.ts';
import { listOption, jsonOrText, objectOption } from '../../../src/cli/json-text.ts';
import { UsageError } from '../../../src/cli/usage-error.ts';

const definitions = {
  task: { type: 'positional', required: true },
  'arg…': { type: 'positional', required: false },
  kwargs: { type: 'string', valueHint: 'json' },
  wait: { type: 'boolean' },
} as const;

test.each([
  [
    ['add', '1', '2'],
    ['--', 'add', '1', '2'],
  ],
  [
    ['add', '-1', '-.5', '--wait', '-'],
    ['--wait', '--', 'add', '-1', '-.5', '-'],
  ],
  [
    ['--kwargs', '{"a":"=1"}', 'add'],
    ['--kwargs={"a":"=1"}', '--', 'add'],
  ],
  [
    ['--kwargs=-1\n2', 'add'],
    ['--kwargs=-1\n2', '--', 'add'],
  ],
  [
    ['add', '--', '--wait', '--'],
    ['--', 'add', '--wait', '--'],
  ],
])('orderArguments() puts the options of %j first', (given, ordered) => {
  expect(orderArguments(given, definitions)).toEqual(ordered);
});

test.each([
  [['add', '--wiat'], 'Cannot use --wiat as there is no such option: did you mean --wait?'],
  [['add', '--task', '1'], 'Cannot use --task as there is no such option: known are --kwargs, --wait;'],
  [['add', '-w'], 'Cannot use -w as there is no such option: known are --kwargs, --wait;'],
  [['add', '--constructor'], 'Cannot use --constructor as there is no such option'],
  [['add', '--wait=yes'], 'Cannot use --wait=yes: --wait takes no value'],
  [['add', '--kwargs'], 'Cannot use --kwargs without a value: write --kwargs <json>'],
  [['--wait'], 'Cannot run this without <task>'],
])('orderArguments() refuses %j', (given, message) => {
  expect(() => orderArguments(given, definitions)).toThrow(message);
});

test('orderArguments() refuses one argument too many where their number is fixed', () => {
  const { task } = definitions;

  expect(() => orderArguments(['a', 'b'], { task })).toThrow('Cannot use "b" as an argument: there is one too many');
});

test('readNumber() takes numbers within its limits alone', () => {
  expect(readNumber('timeout', undefined, { least: 0 })).toBeUndefined();
  expect(readNumber('timeout', '0.5', { least: 0 })).toBe(0.5);
  for (const text of ['', ' ', 'soon', '-1', 'NaN', 'Infinity']) {
    expect(() => readNumber('timeout', text, { least: 0 })).toThrow('Cannot use --timeout as a number of at least 0');
  }
  expect(() => readNumber('port', '80.5', { least: 0, most: 65_535, isWhole: true })).toThrow(
    'a whole number from 0 to',
  );
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

  expect(() => jsonOrText(text, 'argument 1')).toThrow(
    'Cannot read argument 1 as JSON: it nests deeper than 1000 levels',
  );
});

test('--args is a list, and --kwargs an object; marked values are read', () => {
  expect(listOption(undefined)).toEqual([]);
  expect(listOption('[1, {"__type__": "bigint", "__value__": "2"}]')).toEqual([1, 2n]);
  expect(objectOption('{"debug": true}')).toEqual({ debug: true });
  expect(() => listOption('5')).toThrow("current value is 5; for one argument write --args '[5]'");
  expect(() => listOption('[1')).toThrow('current value is no JSON: [1');
  for (const text of ['5', '[1]', 'null', '{bad']) expect(() => objectOption(text)).toThrow(UsageError);
});
