import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { renderUsage } from 'citty';
import type { CommandDef, SubCommandsDef } from 'citty';
import { nearest } from '../core/text/did-you-mean.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Command } from './command.ts';
import { explain } from './explain.ts';
import type { Output } from './output.ts';
import { UsageError } from './usage-error.ts';

/** Runs a command line, given without `node` and the script, and answers with the exit code: 0, 1 if a task failed, 2 for wrong usage. */
export async function runCli(given: readonly string[], output: Output): Promise<number> {
  try {
    return await dispatch(given, output);
  } catch (error) {
    const { message, exitCode } = explain(error, isVerbose(given));
    output.problem(message);
    if (error instanceof UsageError)
      output.note(`Run \`${['chordal', ...commandIn(given)].join(' ')} --help\` to see what it takes.`);
    return exitCode;
  }
}

// --- internal ---

type Load = (output: Output) => Promise<Command>;

/** Each is loaded when it is called, and brings what it needs only when it runs. */
const COMMANDS: Readonly<Record<string, Load>> = {
  dev: async (output) => (await import('./commands/dev.ts')).dev(output),
  call: async (output) => (await import('./commands/call.ts')).call(output),
  run: async (output) => (await import('./commands/run.ts')).run(output),
  result: async (output) => (await import('./commands/result.ts')).result(output),
  inspect: async (output) => (await import('./commands/inspect.ts')).inspect(output),
  graph: async (output) => (await import('./commands/graph.ts')).graph(output),
  revoke: async (output) => (await import('./commands/revoke.ts')).revoke(output),
  forget: async (output) => (await import('./commands/forget.ts')).forget(output),
  dlq: async (output) => (await import('./commands/dlq.ts')).dlq(output),
  doctor: async (output) => (await import('./commands/doctor.ts')).doctor(output),
  cost: async (output) => (await import('./commands/cost.ts')).cost(output),
};

async function dispatch(given: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = given;
  const root = rootCommand(output);
  if (name === undefined || name === '--help' || name === '-h') {
    const help = await helpFor(root);
    if (name !== undefined) output.text(help);
    else output.note(stripVTControlCharacters(help));
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === '-v') {
    output.text(version());
    return 0;
  }
  const load = commandNamed(name);
  const command = await load(output);
  if (asksForHelp(rest)) {
    output.text(await helpFor(command.definition, root));
    return 0;
  }
  return command.run(rest);
}

function commandNamed(name: string): Load {
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return load;
  const known = Object.keys(COMMANDS);
  if (name.startsWith('-'))
    throw new UsageError(`Cannot use ${name} here: first comes the command, one of ${known.join(', ')}`);
  const meant = nearest(name, known);
  const advice = meant === undefined ? `commands are ${known.join(', ')}` : `did you mean ${meant}?`;
  throw new UsageError(`Cannot run ${JSON.stringify(name)} as there is no such command: ${advice}`);
}

function rootCommand(output: Output): CommandDef {
  const subCommands: SubCommandsDef = {};
  for (const [name, load] of Object.entries(COMMANDS)) subCommands[name] = async () => (await load(output)).definition;
  return {
    meta: { name: 'chordal', version: version(), description: "Celery's canvas on SQS and Lambda" },
    subCommands,
  };
}

async function helpFor(command: CommandDef, parent?: CommandDef): Promise<string> {
  const help = await renderUsage(command, parent);
  return help.replaceAll(/ +$/gm, '');
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return isPlainObject(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : 'unknown';
}

function beforeDashes(given: readonly string[]): readonly string[] {
  const end = given.indexOf('--');
  return end === -1 ? given : given.slice(0, end);
}

function asksForHelp(given: readonly string[]): boolean {
  return beforeDashes(given).some((argument) => argument === '--help' || argument === '-h');
}

function isVerbose(given: readonly string[]): boolean {
  const { DEBUG: debug = '' } = process.env;
  return debug !== '' || beforeDashes(given).includes('--verbose');
}

function commandIn([name = '']: readonly string[]): readonly string[] {
  return Object.hasOwn(COMMANDS, name) ? [name] : [];
}
