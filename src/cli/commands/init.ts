import type { Command } from 'commander';
import type { CommandLine } from '../command-line.ts';

/** Adds `chordal init`, which adds what a project lacks. */
export function addInit(program: Command, { output }: CommandLine): void {
  program
    .command('init')
    .description(
      'Add to this project what it lacks: handlers, stack, settings, scripts. Nothing that is there is changed',
    )
    .option('--packages <dir>', 'take the packages from the tarballs in this folder, not from the registry')
    .action(async ({ packages }: { readonly packages?: string }) => {
      const { createProject } = await import('../../create/create.ts');
      const { added, kept, hints } = await createProject({ dir: '.', packages });
      output.answer({ added, kept });
      if (added.includes('package.json')) output.note('Run npm install, and then npx chordal dev.');
      for (const hint of hints) output.note(hint);
    });
}
