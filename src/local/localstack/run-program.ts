import { spawn } from 'node:child_process';

/** A program that has ended. */
export interface EndedProgram {
  /** -1: a signal ended it, or it does not exist. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How {@link runProgram} runs a program. */
export interface RunProgramOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Runs a program to its end. One that does not exist ends with -1. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: RunProgramOptions,
): Promise<EndedProgram> {
  const child = spawn(program, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ exitCode: -1, stdout, stderr: error.message }));
    child.once('close', (code) => resolve({ exitCode: code ?? -1, stdout, stderr }));
  });
}
