import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { environmentWith } from './run.ts';

/** A `chordal dev` that runs in a project's folder. */
export interface DevLoop {
  /** The environment that it prints when it is ready. */
  readonly env: Readonly<Record<string, string>>;
  /** Waits for a line on stderr. */
  readonly until: (pattern: RegExp) => Promise<void>;
  /** Interrupts it, and returns its exit code. */
  readonly interrupt: () => Promise<number | null>;
}

/** Starts `chordal dev` from its source, in another folder. */
export async function startDevLoop(
  dir: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<DevLoop> {
  const command = ['--conditions=chordal-source', resolve('src/cli/main.ts'), 'dev', '--json', ...args];
  const child = spawn('node', command, { cwd: dir, env: environmentWith(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stderr).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  const ready = new Promise<string>((done) => createInterface(child.stdout).once('line', done));
  const answer = await Promise.race([ready, ended]);
  if (typeof answer !== 'string') throw new Error(`chordal dev ended with ${answer}:\n${lines.join('\n')}`);
  return {
    env: Object(JSON.parse(answer)).env,
    until: (pattern) =>
      new Promise((done) => {
        const look = (): void => {
          if (!lines.some((line) => pattern.test(line))) return;
          waiting.delete(look);
          done();
        };
        waiting.add(look);
        look();
      }),
    interrupt: async () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}
