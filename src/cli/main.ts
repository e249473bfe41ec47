#!/usr/bin/env node
import * as nodeModule from 'node:module';
import { nodeProblem } from '../deploy/node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`chordal: Cannot run: ${problem}.\n`);
  process.exit(2);
}

// The next start finds the modules compiled. An old Node lacks the function, and could not even load an import of it.
nodeModule.enableCompileCache();
// Loaded only now: an older Node could not load these modules.
const words = process.argv.slice(2);
const { answersStream } = await import('./answers.ts');
const answers = answersStream(words);
const [{ runCli }, { ProcessOutput }] = await Promise.all([import('./cli.ts'), import('./output.ts')]);
const output = new ProcessOutput(answers, process.stderr);
const code = await runCli(words, output);
await output.flush();
// Timers and connections that a task has left open must not keep the command alive.
process.exit(code);
