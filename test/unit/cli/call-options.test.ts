import { Command } from 'commander';
import { expect, test } from 'vitest';
import { addCallOptions, applyOptions, readCallOptions } from '../../../src/cli/call-options.ts';
import { optionsOf } from '../../../src/core/protocol/options.ts';
import { createApp } from '../../../src/index.ts';

/** The options of a call that a command line gives. */
async function read(...words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const command = new Command('call').exitOverride().option('--wait');
  addCallOptions(command);
  command.parse(words, { from: 'user' });
  return readCallOptions(command.opts());
}

test('a command takes each option of a call, and of applyAsync alone, with the line of the table', () => {
  const command = new Command();
  addCallOptions(command);

  expect(command.options.map((option) => [option.attributeName(), option.description])).toEqual(
    [...optionsOf('call'), ...optionsOf('applyAsync')].map(([name, { doc }]) => [name, doc]),
  );
});

test.each<[words: readonly string[], options: object]>([
  [['--wait'], {}],
  [['--countdown', '-5'], { countdown: -5 }],
  [['--eta', '2027-01-01T08:00'], { eta: new Date('2027-01-01T08:00Z') }],
  [['--eta', '2027-01-01T08:00+01:00'], { eta: new Date('2027-01-01T07:00Z') }],
  [['--expires', '60'], { expires: 60 }],
  [['--expires', '2027-01-01'], { expires: new Date('2027-01-01') }],
  [['--task-id', '17', '--queue', 'true', '--tenant', '42'], { taskId: '17', queue: 'true', tenant: '42' }],
  [['--priority', 'high'], { priority: 'high' }],
  [['--priority', '9', '--max-retries', 'null'], { priority: 9, maxRetries: null }],
  [
    ['--headers', '{"trace": [1]}', '--stamps', '{"customer": 4}'],
    { headers: { trace: [1] }, stamps: { customer: 4 } },
  ],
  [['--inline', 'false', '--ignore-result', 'true'], { inline: false, ignoreResult: true }],
  [['--concurrency-limit', '3', '--concurrency-key', '7'], { concurrencyLimit: 3, concurrencyKey: '7' }],
  [['--dedup-key', '17', '--dedup-for', '60'], { dedupKey: '17', dedupFor: 60 }],
  [['--debounce', '{"key": "k", "seconds": 0.5}'], { debounce: { key: 'k', seconds: 0.5 } }],
])('%j is read as %j', async (words, options) => {
  expect(await read(...words)).toEqual(options);
});

test('callbacks are signatures in JSON, or names of tasks', async () => {
  const app = createApp('callbacks');
  const given = await read('--link', '[{"task": "log", "args": [1]}, "count"]', '--link-error', '{"task": "warn"}');
  const { link, linkError } = applyOptions(app, given);

  expect(JSON.parse(JSON.stringify([link, linkError]))).toMatchObject([
    [{ task: 'log', args: [1] }, { task: 'count' }],
    [{ task: 'warn' }],
  ]);
  expect(() => applyOptions(app, { link: { tusk: 'log' } })).toThrow(/^Cannot read/);
});
