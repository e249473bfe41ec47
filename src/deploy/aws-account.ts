import { SQSClient } from '@aws-sdk/client-sqs';
import { ConfigurationError } from '../core/errors/caller.ts';

/**
 * Returns the region to work in: the command's, the environment's, or the profile's.
 *
 * @throws ConfigurationError if there is none
 */
export async function regionOf(
  given: unknown,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if (typeof given === 'string' && given !== '') return given;
  const named = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  if (named !== undefined && named !== '') return named;
  return resolved(
    (client) => client.config.region(),
    undefined,
    'Cannot choose a region: none is given. Add --region eu-west-1, or set AWS_REGION.',
  );
}

/**
 * Makes sure that there are credentials, wherever the AWS SDK finds them.
 *
 * @throws ConfigurationError if there are none
 */
export async function checkCredentials(region: string): Promise<void> {
  await resolved(
    (client) => client.config.credentials(),
    region,
    'Cannot reach AWS: no credentials are found. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (any value for an emulator).',
  );
}

// --- internal ---

/** Reads a setting from a client. The client makes no call here: it only gives the setting that it would use. */
async function resolved<T>(
  ask: (client: SQSClient) => Promise<T>,
  region: string | undefined,
  problem: string,
): Promise<T> {
  const client = new SQSClient(region === undefined ? {} : { region });
  try {
    return await ask(client);
  } catch (cause) {
    throw new ConfigurationError(problem, { cause });
  } finally {
    client.destroy();
  }
}
