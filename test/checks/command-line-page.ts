/** Writes docs/command-line.md from the tree of the commands; without `--write` it only says whether the page is up to date. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Argument, Command, Option } from 'commander';
import { commandsOf, makeProgram } from '../../src/cli/cli.ts';
import { optionsOf } from '../../src/core/protocol/options.ts';
import { markdownTable } from '../bench/support/page.ts';

const PAGE = new URL('../../docs/command-line.md', import.meta.url);
/** An option that so many commands have is described once. */
const SHARED = 4;

/** The program, for those who ask it for its commands. */
export const program = makeProgram({
  output: { answer() {}, text() {}, note() {}, problem() {}, faint: (text) => text, progress() {} },
  stdin: process.stdin,
  end() {},
});
/** The commands that do something: `schedule run`, and not `schedule`. */
export const runnable = commandsOf(program).filter((one) => one.commands.length === 0 && one.name() !== 'help');

/** The page of the command line. */
export function commandLinePage(): string {
  return `# Command line

<!-- Written by \`npm run docs:reference\` from src/cli. Do not edit. -->

\`npx chordal <command> --help\` prints the same, and examples. The answer is JSON on stdout; everything else goes to stderr. The exit code is 1 if a task or the command failed, and 2 for wrong usage.

The environment selects the cloud: that of \`chordal dev\` in the same project, or the deployed stack whose variables are set. With \`--local\` a command starts an embedded cloud for itself, and with \`--memory\` it runs the handlers in its own process.

${runnable.map(section).join('\n\n')}

## Options of several commands

${table(shared.map((option) => [flagsOf(option), meaningOf(option)]))}
`;
}

/** The page as it is kept. */
export function keptPage(): string {
  return readFileSync(PAGE, 'utf8');
}

/** `schedule run`, of `chordal schedule run`. */
export function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent === program ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

// --- internal ---

const all = runnable.flatMap(({ options }) => options);
const shared = all.filter(
  (option, index) =>
    all.filter((other) => isSame(option, other)).length >= SHARED &&
    all.findIndex((other) => isSame(option, other)) === index,
);
const ofCall = new Set([...optionsOf('call'), ...optionsOf('applyAsync')].map(([name]) => name));

function section(command: Command): string {
  const isCall = command.options.some(({ long }) => long === '--dedup-key');
  const listed = command.options.filter((option) => !(isCall && ofCall.has(option.attributeName())));
  const own = listed.filter((option) => !isShared(option));
  const others = listed.filter(isShared).map(({ long }) => `\`${long ?? ''}\``);
  const rows = [
    ...command.registeredArguments.map((argument) => [`\`${argument.name()}\``, argument.description] as const),
    ...own.map((option) => [flagsOf(option), meaningOf(option)] as const),
  ];
  return [
    `## \`chordal ${[nameOf(command), ...command.registeredArguments.map(shown)].join(' ')}\``,
    `${command.description()}.`,
    ...(rows.length === 0 ? [] : [table(rows)]),
    ...(isCall ? ['It takes [each option of a call](reference.md#of-a-call), as in `--max-retries 5`.'] : []),
    ...(others.length === 0 ? [] : [`Also: ${others.join(', ')}.`]),
  ].join('\n\n');
}

/** An argument as a usage shows it. */
function shown(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function isShared(option: Option): boolean {
  return shared.some((other) => isSame(option, other));
}

function isSame(a: Option, b: Option): boolean {
  return a.flags === b.flags && meaningOf(a) === meaningOf(b);
}

function flagsOf({ flags }: Option): string {
  return `\`${flags}\``;
}

function meaningOf({ description, defaultValue, argChoices }: Option): string {
  const choices = argChoices === undefined ? [] : [`one of ${argChoices.map((one) => `\`${one}\``).join(', ')}`];
  const isSaid = defaultValue === undefined || typeof defaultValue === 'boolean';
  const notes = [...choices, ...(isSaid ? [] : [`default: \`${String(defaultValue)}\``])];
  return [description, ...notes].join('; ');
}

function table(rows: readonly (readonly [string, string])[]): string {
  const cells = rows.map(([name, meaning]) => [name, meaning.replaceAll(/[|<]/g, '\\$&')]);
  return markdownTable(['argument or option', 'meaning'], cells);
}

if (process.argv.includes('--write')) writeFileSync(PAGE, commandLinePage());
