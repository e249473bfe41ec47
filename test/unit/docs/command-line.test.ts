/** README.md says of the command line what the tree of its commands has. */
import { readFileSync } from 'node:fs';
import type { Command, Option } from 'commander';
import { expect, test } from 'vitest';
import { commandsOf, makeProgram } from '../../../src/cli/cli.ts';
import { optionsOf } from '../../../src/core/protocol/options.ts';
import { readme } from '../../support/readme.ts';

const program = makeProgram({
  output: { answer() {}, text() {}, note() {}, problem() {}, faint: (text) => text, progress() {} },
  stdin: process.stdin,
  end() {},
});
const runnable = commandsOf(program).filter(({ commands }) => commands.length === 0);

const [, section = ''] = /\n## Command line\n([^]*?)\n## /.exec(readme) ?? [];
const said = section.slice(section.lastIndexOf('|')).replaceAll('\n', ' ');

test('README.md names the commands that wait, and those that take no --local and no --memory', () => {
  const [, waiting] = /\| +(.*?) take `--wait`/.exec(said) ?? [];
  const [, notLocal] = /Every command except (.*?) takes `--local`/.exec(said) ?? [];
  const [, notMemory] = /Those that do, except (.*?), also take `--memory`/.exec(said) ?? [];

  expect(namesIn(waiting)).toEqual(namesOf(runnable.filter((command) => has(command, '--wait'))));
  expect(namesIn(notLocal)).toEqual(namesOf(runnable.filter((command) => !has(command, '--local'))));
  const local = runnable.filter((command) => has(command, '--local'));
  expect(namesIn(notMemory)).toEqual(namesOf(local.filter((command) => !has(command, '--memory'))));
});

test('README.md or the reference names each option of each command', () => {
  const rows = section.split('\n').filter((line) => line.startsWith('| `chordal '));
  const missing = runnable.flatMap((command) => {
    const path = nameOf(command);
    const [top = ''] = path.split(' ');
    const text = [...rows.filter((row) => row.includes(`\`chordal ${top}`)), said].join('\n');
    const isNamed = (long: string): boolean => new RegExp(`${long}(?![\\w-])`).test(text);
    return command.options
      .filter((one) => !isReferred(command, one) && !isNamed(one.long ?? ''))
      .map(({ long }) => `${path} ${long}`);
  });

  expect(missing).toEqual([]);
});

test('the help of an option says its default once', () => {
  const twice = runnable.flatMap((command) =>
    command.options
      .filter(({ description, defaultValue }) => description.includes('(default') && defaultValue !== undefined)
      .map(({ long }) => `${nameOf(command)} ${long}`),
  );

  expect(twice).toEqual([]);
});

// --- internal ---

const reference = readFileSync('docs/reference.md', 'utf8');

/** Whether it is an option of a call: each has a row in docs/reference.md. */
function isReferred(command: Command, option: Option): boolean {
  if (!has(command, '--dedup-key')) return false;
  const name = option.attributeName();
  const isOfCall = [...optionsOf('call'), ...optionsOf('applyAsync')].some(([one]) => one === name);
  return isOfCall && reference.includes(`| \`${name}\` |`);
}

function has(command: Command, option: string): boolean {
  return command.options.some(({ long }) => long === option);
}

/** `schedule run`, of `chordal schedule run`. */
function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent === program ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

function namesOf(commands: readonly Command[]): readonly string[] {
  return commands.map(nameOf).toSorted();
}

function namesIn(text = ''): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name).toSorted();
}
