import { resolve } from 'node:path';
import { CloudFormation } from './cloud-formation.ts';
import { runWell } from './run.ts';
import type { Run } from './run.ts';

/** A project that is deployed with the Serverless Framework. */
export class DeployedStack {
  readonly #dir: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #args: readonly string[];
  readonly stage: string;

  /** @param env what leads to the cloud */
  constructor(
    dir: string,
    env: Readonly<Record<string, string>>,
    stage = 'dev',
    params: Readonly<Record<string, string>> = {},
  ) {
    this.#dir = dir;
    this.#env = env;
    this.stage = stage;
    this.#args = ['--stage', stage, ...Object.entries(params).map(([name, value]) => `--param=${name}=${value}`)];
  }

  deploy(): Promise<Run> {
    return this.#serverless('deploy');
  }

  remove(): Promise<Run> {
    return this.#serverless('remove');
  }

  /** What another program needs in its environment: the emulator's address, and what the stack's outputs say. */
  async callerEnv(): Promise<Readonly<Record<string, string>>> {
    const outputs = await new CloudFormation(this.#env).outputs(`chordal-${this.stage}`);
    const lines = (outputs['CallerEnvironment'] ?? '').split(' ');
    const variables = lines.map((line): [string, string] => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]);
    return { ...this.#env, ...Object.fromEntries(variables) };
  }

  #serverless(command: string): Promise<Run> {
    return runWell('serverless', [command, ...this.#args], { cwd: this.#dir, env: this.#env });
  }
}

/** Runs the command line from its source. */
export function chordal(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Run> {
  return runWell('node', ['--conditions=chordal-source', resolve('src/cli/main.ts'), ...args], { env, input });
}
