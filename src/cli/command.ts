import { parseArgs } from 'citty';
import type { ArgsDef, CommandDef, ParsedArgs } from 'citty';
import { orderArguments } from './arguments.ts';

/** One command of the command line. */
export interface Command {
  /** What a help is made of. */
  readonly definition: CommandDef;
  /**
   * Runs it with the arguments behind its name, and answers with the exit code.
   *
   * @throws UsageError, before it has done anything, for arguments that do not fit
   */
  run(given: readonly string[]): Promise<number>;
}

/** What {@link makeCommand} is told. */
export interface CommandSettings<Definitions extends ArgsDef> {
  readonly name: string;
  readonly description: string;
  readonly args: Definitions;
  readonly run: (args: ParsedArgs<Definitions>) => Promise<number>;
}

/** Makes a command. */
export function makeCommand<const Definitions extends ArgsDef>(settings: CommandSettings<Definitions>): Command {
  const { name, description, args, run } = settings;
  return {
    definition: { meta: { name, description }, args },
    run: async (given) => run(parseArgs<Definitions>(orderArguments(given, args), args)),
  };
}
