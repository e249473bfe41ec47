import { Option } from 'commander';
import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';
import { interrupted } from '../interrupt.ts';

/** Adds `chordal deploy-local`, which deploys the stack to an emulator, and runs a program there. */
export function addDeployLocal(program: Command, { output, end }: CommandLine): void {
  program
    .command('deploy-local')
    .description(
      'Deploy the stack of this project to an emulator, and run a program against it; without one, stay up: .chordal/deployed.env then has its addresses',
    )
    .argument('[program...]', 'the program and its arguments, after --')
    .addOption(
      new Option('--emulator <name>', 'emulator to start; it is installed once, into .chordal/')
        .choices(['ministack', 'localstack'])
        .default('ministack'),
    )
    .option('--stage <name>', 'stage to deploy (default: of serverless.yml, else dev)')
    .action(async (words: readonly string[], { emulator, stage }: GivenDeployLocal) => {
      const ended = interrupted();
      const { deployLocal } = await import('../clouds/deploy-local.ts');
      const deployed = await deployLocal({ emulator, stage }, output);
      try {
        if (words.length > 0) end(await deployed.run(words, ended));
        else await ended;
      } finally {
        await deployed.stop();
      }
    });
}

// --- internal ---

interface GivenDeployLocal {
  readonly emulator: 'ministack' | 'localstack';
  readonly stage?: string;
}
