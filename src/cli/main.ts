#!/usr/bin/env node
const [major = 0] = process.versions.node.split('.').map(Number);

if (major < 22) {
  process.stderr.write(`chordal: Cannot run on Node ${process.versions.node}: it needs Node 22.5 or later, best 24.\n`);
  process.exit(2);
}

// Only now: an older Node could not even load what follows.
const [{ runCli }, { ProcessOutput }] = await Promise.all([import('./cli.ts'), import('./output.ts')]);
const output = new ProcessOutput(process.stdout, process.stderr);
const code = await runCli(process.argv.slice(2), output);
await output.flush();
// What a task has left open (a timer, a connection) does not hold the command.
process.exit(code);
