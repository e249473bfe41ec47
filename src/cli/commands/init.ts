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
      const { added, kept } = await createProject({ dir: '.', packages });
      output.answer({ added, kept });
      if (added.includes('package.json')) output.note('Run npm install, and then npx chordal dev.');
      if (kept.includes('serverless.yml'))
        output.note(
          'Your serverless.yml stays as it is. Add to it: functions: ${file(./infra/stack.js):functions}, resources: ${file(./infra/stack.js):resources}, and to package.patterns: .chordal/build/**',
        );
    });
}
