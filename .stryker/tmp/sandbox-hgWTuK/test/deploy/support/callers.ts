import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { environmentWith, runWell } from './run.ts';

/** The ways to call `submit` and `result` that the documentation shows. */
export const callers = ['submit.sh', 'submit.py', 'submit.ts'] as const;

/** Runs one of them against a cloud, and answers with what it has printed. The AWS CLI is the one of the Python packages. */
export async function runCaller(
  caller: (typeof callers)[number],
  bin: string,
  env: Readonly<Record<string, string>>,
): Promise<unknown> {
  const file = resolve('test/deploy/callers', caller);
  const programs = { 'submit.sh': ['bash', '-e'], 'submit.py': [join(bin, 'python')], 'submit.ts': ['node'] } as const;
  const [program, ...args] = programs[caller];
  const cwd = await mkdtemp(join(tmpdir(), 'chordal-caller-'));
  try {
    const { PATH = '' } = environmentWith();
    const { stdout } = await runWell(program, [...args, file], {
      cwd,
      env: { ...env, PATH: `${bin}${delimiter}${PATH}` },
    });
    return JSON.parse(stdout);
  } finally {
    await rm(cwd, { recursive: true });
  }
}
