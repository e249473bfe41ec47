import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compact } from '../../core/values/compact.ts';
import { readLocalSettings } from '../../deploy/local-settings.ts';
import { startLocalStackDev } from '../../local/localstack/localstack-dev.ts';
import type { LocalStackDev } from '../../local/localstack/localstack-dev.ts';
import type { Output } from '../output.ts';
import { ownEnvironment } from './own-environment.ts';
import { shellExports } from './shell-exports.ts';

/** The options of {@link startDevOnLocalStack}. */
export interface LocalStackOptions {
  readonly handlersDir: string;
  /** Default: that of `serverless.yml`, else `dev`. */
  readonly stage?: string | undefined;
  readonly port?: number | undefined;
}

/**
 * Deploys the project to LocalStack for development: the one at `AWS_ENDPOINT_URL`, or one that it starts.
 *
 * @throws ConfigurationError if this machine cannot start LocalStack, or the project cannot be deployed
 */
export async function startDevOnLocalStack(
  { handlersDir, stage, port }: LocalStackOptions,
  output: Output,
): Promise<LocalStackDev> {
  const { AWS_ENDPOINT_URL: url } = process.env;
  const env = ownEnvironment();
  const dev = await startLocalStackDev({
    handlersDir,
    settings: await readLocalSettings('.', { stage, environment: env }),
    ...compact({ url: url === '' ? undefined : url, port }),
    env,
    onProgress: (message) => output.note(message),
    onLog: (functionName, line) => output.note(`${output.faint(`${functionName} |`)} ${line}`),
  });
  const envFile = join(dev.folder, 'env');
  await writeFile(envFile, `${shellExports(dev.env).join('\n')}\n`);
  const lines = [
    'The stack is on LocalStack. To use it from another shell, run there:',
    `  source ${envFile}`,
    'and then, for example: npx chordal call <task> [arg…] --wait',
    'The code of its functions is replaced when a file changes. Ctrl-C stops it.',
  ];
  for (const line of lines) output.note(line);
  return dev;
}
