#!/usr/bin/env node
/** The command `chordal`: it runs the command line of `chordal-tools`. */
import { importTools } from './find-tools.ts';

try {
  await importTools('cli', `run chordal ${process.argv[2] ?? ''}`.trimEnd());
} catch (error) {
  const isExpected = error instanceof Error && 'code' in error && error.code === 'CHORDAL_CONFIGURATION';
  if (!isExpected) throw error;
  process.stderr.write(`chordal: ${error.message}\n`);
  process.exit(2);
}
