import { run } from './run.ts';

/** Files of `test/contract` that are the same on each emulator: they ask none, or count units that only one counts as AWS does. */
const OTHERS = ['billed-calls', 'connections', 'event-sources', 'operators', 'scheduler'];

/** Runs the contracts of the adapters on the emulators that these variables name, and returns the last line of the tests. */
export async function runContracts(
  env: Readonly<Record<string, string | undefined>>,
  ...more: readonly string[]
): Promise<string> {
  const excluded = OTHERS.flatMap((name) => ['--exclude', `test/contract/${name}.test.ts`]);
  const { stdout } = await run('vitest', ['run', 'test/contract', ...excluded, ...more], { env });
  return stdout.trim().split('\n').at(-1) ?? '';
}
