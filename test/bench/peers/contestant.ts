import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A process that does workloads. */
export interface Contestant {
  readonly name: string;
  /** Milliseconds that a workload of a size took. It throws if its answer was wrong, or none came. */
  run(workload: string, n: number): Promise<number>;
  stop(): Promise<void>;
}

/** How a contestant is started. */
export interface ContestantOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
}

/** Starts a contestant, and waits until it is ready. */
export async function startContestant({ name, program, args, env, cwd }: ContestantOptions): Promise<Contestant> {
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<{ readonly ms?: number; readonly error?: string }> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${name} has ended by itself`);
    // Each line is one answer of contest(), or of the Python driver.
    return JSON.parse(value) as { ms?: number; error?: string };
  };
  await within(RUN_MS, answer(), `the start of ${name}`);
  return {
    name,
    run: async (workload, n) => {
      child.stdin.write(`${JSON.stringify({ workload, n })}\n`);
      const { ms, error } = await within(RUN_MS, answer(), `${name}, ${workload} of ${n}`);
      if (ms === undefined) throw new Error(`${name}, ${workload} of ${n}: ${error}`);
      return ms;
    },
    stop: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

// --- internal ---

const STOP_MS = 15_000;
/** The longest time that one workload may take, in ms. */
const RUN_MS = 120_000;

/** Waits for an answer, and no longer than so many ms. */
function within<T>(ms: number, answer: Promise<T>, what: string): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what} has not ended in ${ms / 1000} s`)), ms);
  return Promise.race([answer, promise]).finally(() => clearTimeout(timer));
}
