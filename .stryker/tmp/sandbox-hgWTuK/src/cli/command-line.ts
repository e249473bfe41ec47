import type { Readable } from 'node:stream';
import type { Output } from './output.ts';

/** The surroundings of a command. */
export interface CommandLine {
  readonly output: Output;
  readonly stdin: Readable;
  /** Takes the exit code of a command that has ended. */
  readonly end: (exitCode: number) => void;
}
