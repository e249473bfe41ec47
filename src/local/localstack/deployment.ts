import { delimiter, join } from 'node:path';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { EmulatorApi } from './emulator-api.ts';
import { runProgram } from './run-program.ts';

/** A stack on an emulator. */
export interface Deployment {
  /** The environment of a caller. */
  readonly env: Readonly<Record<string, string>>;
  /** The start of the name of every function. */
  readonly prefix: string;
}

/** Options of {@link deployTo}. */
export interface DeployOptions {
  readonly url: string;
  readonly stage: string;
  /** The variables of this process, without those of a cloud. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Deploys the project in the current folder to an emulator, with the project's own Serverless Framework.
 *
 * @throws ConfigurationError with the framework's output if it fails
 */
export async function deployTo({ url, stage, env }: DeployOptions): Promise<Deployment> {
  const cloud = emulatorEnvironment(url);
  const path = `${join(process.cwd(), 'node_modules', '.bin')}${delimiter}${env['PATH'] ?? ''}`;
  // By force: functions may run other code than the code that was deployed last.
  // Nobody watches the alarms of an emulator, and MiniStack refuses those with metric math.
  const words = ['deploy', '--force', '--stage', stage, '--param=alarms=false'];
  const deployed = await runProgram('serverless', words, {
    env: { ...env, ...cloud, PATH: path, SLS_AWS_MONITORING_FREQUENCY: '200' },
  });
  const output = `${deployed.stdout}\n${deployed.stderr}`.trim();
  const [, stack] = /deployed to stack (\S+)/.exec(output) ?? [];
  if (deployed.exitCode !== 0 || stack === undefined)
    throw new ConfigurationError(
      `Cannot deploy to ${url}: the Serverless Framework ended with ${deployed.exitCode}. ${output}`,
    );
  const outputs = (await new EmulatorApi(url).stackOutputs(stack)) ?? {};
  const lines = (outputs['CallerEnvironment'] ?? '').split(' ');
  const variables = lines.map((line): [string, string] => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ]);
  return { env: { ...cloud, ...Object.fromEntries(variables) }, prefix: `${stack}-` };
}

// --- internal ---

/** Returns the variables that lead SDKs and the framework to an emulator. */
function emulatorEnvironment(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
}
