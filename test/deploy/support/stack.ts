import { resolve } from 'node:path';
import { EmulatorApi } from '../../../src/local/localstack/emulator-api.ts';
import { run, runWell } from './run.ts';
import type { Run } from './run.ts';

/** The parameter of a deployment to MiniStack, whose CloudFormation refuses alarms with metric math. */
export const WITHOUT_ALARMS = { alarms: 'false' } as const;

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
    return runWell('serverless', ['deploy', ...this.#args], { cwd: this.#dir, env: this.#env });
  }

  /** Removes the stack. The framework then asks ECR for images: where an emulator has no ECR, it fails although the stack is gone. */
  async remove(): Promise<Run> {
    const removed = await run('serverless', ['remove', ...this.#args], { cwd: this.#dir, env: this.#env });
    if (removed.exitCode === 0) return removed;
    if ((await this.#outputs()) !== undefined)
      throw new Error(`serverless remove ended with ${removed.exitCode}:\n${removed.stdout}\n${removed.stderr}`);
    return {
      ...removed,
      stdout: `The stack is gone, but the framework ended with ${removed.exitCode}:\n${removed.stdout}`,
    };
  }

  /** The environment of another program: the emulator's address and the stack's outputs. */
  async callerEnv(): Promise<Readonly<Record<string, string>>> {
    const outputs = (await this.#outputs()) ?? {};
    const lines = (outputs['CallerEnvironment'] ?? '').split(' ');
    const variables = lines.map((line): [string, string] => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]);
    return { ...this.#env, ...Object.fromEntries(variables) };
  }

  #outputs(): Promise<Readonly<Record<string, string>> | undefined> {
    return new EmulatorApi(this.#env['AWS_ENDPOINT_URL'] ?? '').stackOutputs(`chordal-${this.stage}`);
  }
}

/** Runs the command line from its source. */
export function chordal(args: readonly string[], env: Readonly<Record<string, string>>, input = ''): Promise<Run> {
  return runWell('node', ['--conditions=chordal-source', resolve('src/cli/main.ts'), ...args], { env, input });
}
