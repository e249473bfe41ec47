import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { isPlainObject } from '../core/values/json.ts';
import type { CommandLine } from './command-line.ts';
import { addCall } from './commands/call.ts';
import { addControl } from './commands/control.ts';
import { addCost } from './commands/cost.ts';
import { addDeployLocal } from './commands/deploy-local.ts';
import { addDev } from './commands/dev.ts';
import { addDlq } from './commands/dlq.ts';
import { addDoctor } from './commands/doctor.ts';
import { addGraph } from './commands/graph.ts';
import { addIdCommands } from './commands/ids.ts';
import { addInit } from './commands/init.ts';
import { addList } from './commands/list.ts';
import { addLogs } from './commands/logs.ts';
import { addPurge } from './commands/purge.ts';
import { addRevoke } from './commands/revoke.ts';
import { addRun } from './commands/run.ts';
import { addSchedule } from './commands/schedule.ts';
import { addUi } from './commands/ui.ts';
import { explain, UsageError } from './errors.ts';
import type { Output } from './output.ts';

/**
 * Runs a command line and returns its exit code: 0 for success, 1 if a task or the command failed, 2 for wrong usage.
 *
 * @param given the arguments, without `node` and the script
 */
export async function runCli(
  given: readonly string[],
  output: Output,
  stdin: Readable = process.stdin,
): Promise<number> {
  let exitCode = 0;
  const program = makeProgram({ output, stdin, end: (code) => void (exitCode = code) });
  let current = program;
  let isVerbose = false;
  for (const command of commandsOf(program)) command.hook('preSubcommand', (_, entered) => void (current = entered));
  program.hook('preAction', (_, command) => void (isVerbose = command.opts()['verbose'] === true));
  try {
    await program.parseAsync(given, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && isHelp(error)) return error.exitCode === 0 ? 0 : 2;
    const problem = error instanceof CommanderError ? usageErrorOf(error) : error;
    const explanation = explain(problem, isVerbose);
    output.problem(explanation.message);
    if (problem instanceof UsageError) output.note(`Run \`${pathOf(current)} --help\` for the arguments and options.`);
    return explanation.exitCode;
  }
}

/** Makes the tree of the commands. */
export function makeProgram(line: CommandLine): Command {
  const { output } = line;
  const program = new Command('chordal')
    .description("Celery's canvas on SQS and Lambda")
    .usage('<command> [options]')
    .version(version(), '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .configureOutput({
      writeOut: (text) => output.text(text.trimEnd()),
      // The help of a command line without a command. Errors are explained by runCli.
      writeErr: (text) => output.note(text.trimEnd()),
      outputError: () => {},
    })
    .exitOverride();
  for (const add of ADD_COMMANDS) add(program, line);
  const runnable = commandsOf(program).filter(({ commands }) => commands.length === 0);
  for (const command of runnable) command.option('--verbose', 'show the stack trace of an error');
  addHelp(program);
  return program;
}

/** Returns a command, and all commands in it. */
export function commandsOf(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(commandsOf)];
}

// --- internal ---

/** The commands load the code that they run only when they run. */
const ADD_COMMANDS = [
  addDev,
  addInit,
  addDeployLocal,
  addCall,
  addRun,
  addIdCommands,
  addRevoke,
  addGraph,
  addList,
  addLogs,
  addUi,
  addSchedule,
  addControl,
  addPurge,
  addDlq,
  addDoctor,
  addCost,
];

/** Adds a command that prints the help of any command, also of one inside another: the parser's own takes one name. */
function addHelp(program: Command): void {
  program
    .command('help')
    .description('Print the help of a command')
    .argument('[command...]', 'its name, as in dlq redrive')
    .action(async (path: readonly string[]) => {
      let current = program;
      for (const [index, name] of path.entries()) {
        const next = current.commands.find((one) => one.name() === name);
        // The parser has the words for a command that is not there.
        if (next === undefined && current.commands.length > 0)
          await program.parseAsync(path.slice(0, index + 1), { from: 'user' });
        current = next ?? current;
      }
      current.help();
    });
}

const EXIT_CODES = `
The answer is JSON on stdout; everything else goes to stderr.
Exit codes: 0 success, 1 a task or the command failed, 2 wrong usage, input or configuration.`;

/** Returns whether the parser stopped because it printed a help or the version. */
function isHelp({ code }: CommanderError): boolean {
  return code === 'commander.help' || code === 'commander.helpDisplayed' || code === 'commander.version';
}

/** The parser writes `error: unknown command 'calll'\n(Did you mean call?)`. */
function usageErrorOf({ message }: CommanderError): UsageError {
  const [problem = '', ...hints] = message.replace(/^error: /, '').split('\n');
  const sentences = [problem.replace(/\.$/, ''), ...hints.map((hint) => hint.replaceAll(/^\(|\)$/g, ''))];
  return new UsageError(`Cannot read the command line: ${sentences.join('. ')}`);
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return isPlainObject(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : 'unknown';
}
