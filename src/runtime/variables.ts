import { ConfigurationError } from '../core/errors/caller.ts';

/** The variables that the runtime reads: those of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sends each request to the endpoint of the client, with the URL of the queue inside it. By default the SDK sends it to
 * the host of the URL, which for an emulator may be a name that this machine cannot look up.
 */
export const atOneEndpoint = { useQueueUrlAsEndpoint: false } as const;

/**
 * A variable that names a part of the cloud.
 *
 * @throws ConfigurationError if it is not set
 */
export function required(environment: Environment, name: string): string {
  const value = environment[name];
  if (value !== undefined && value !== '') return value;
  throw new ConfigurationError(
    `Cannot reach the cloud: ${name} is not set. Start \`chordal dev\`, which writes it to .chordal/dev.env, or take it from the outputs of the deployed stack, or use --local.`,
  );
}
