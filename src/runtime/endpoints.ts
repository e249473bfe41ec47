import { ConfigurationError } from '../core/errors/caller.ts';
import { describe } from '../core/text/describe.ts';
import { mismatch } from '../core/text/mismatch.ts';
import { objectIn } from '../core/values/json.ts';

/** The variable with the addresses of an embedded cloud, as JSON. It leads this library there, and no other AWS client of a program. */
export const ENDPOINTS = 'CHORDAL_ENDPOINTS';

/** The services that this library calls. */
export type Service = 'sqs' | 's3' | 'dynamodb' | 'scheduler' | 'logs' | 'lambda';

/** The options of an AWS client that lead it to an embedded cloud. */
export interface EndpointOptions {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly useFipsEndpoint: false;
  readonly useDualstackEndpoint: false;
}

/** Writes the value of {@link ENDPOINTS}. */
export function writeEndpoints(
  urls: Readonly<Partial<Record<Service, string>>>,
  cloud: { readonly region: string; readonly accessKeyId: string; readonly secretAccessKey: string },
): string {
  return JSON.stringify({ ...urls, ...cloud });
}

/**
 * Returns the options for a client of this library. Without {@link ENDPOINTS} there are none: the AWS SDK then finds region, credentials and
 * endpoint as in any program.
 *
 * @throws ConfigurationError if the variable has no address of the service
 *
 * @example
 * new SQSClient(endpointOptions(process.env, 'sqs'));
 */
export function endpointOptions(
  environment: Readonly<Record<string, string | undefined>>,
  service: Service,
): EndpointOptions | Record<string, never> {
  const given = environment[ENDPOINTS];
  if (given === undefined || given === '') return {};
  const { [service]: endpoint, region, accessKeyId, secretAccessKey } = textsIn(given);
  if (!endpoint || !region || !accessKeyId || !secretAccessKey) {
    throw new ConfigurationError(
      `Cannot find ${service} in ${ENDPOINTS}: ${mismatch('JSON with its address, a region and an access key', describe(given))}. Take it from .chordal/dev.env, which \`chordal dev\` writes, or unset it.`,
    );
  }
  return {
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    // An SDK refuses these options together with an endpoint, wherever the machine has set them.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
}

// --- internal ---

function textsIn(json: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(objectIn(json)).flatMap(([key, one]) => (typeof one === 'string' ? [[key, one] as const] : [])),
  );
}
