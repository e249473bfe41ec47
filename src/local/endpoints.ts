import { compact } from '../core/values/compact.ts';
import { ENDPOINTS, writeEndpoints } from '../runtime/endpoints.ts';
import type { EndpointOptions } from '../runtime/endpoints.ts';

/** The addresses of the emulators, and the access key that they accept. */
export interface Endpoints {
  readonly sqsS3: string;
  readonly dynamodb: string;
  readonly accessKey: string;
}

/** The region of the embedded cloud. */
export const localRegion = 'us-east-1';

/** The account of the embedded cloud. */
export const localAccount = '000000000000';

/** The role of the embedded Scheduler, which checks none. */
export const schedulerRole: string = `arn:aws:iam::${localAccount}:role/scheduler`;

/** The options of an AWS SDK client of the embedded cloud. */
export interface LocalClientOptions extends EndpointOptions {
  readonly requestHandler: typeof timeLimits;
}

/** Returns the options of an AWS SDK client for a service of the embedded cloud. */
export function clientOptions(endpoint: string, accessKeyId: string): LocalClientOptions {
  return {
    endpoint,
    region: localRegion,
    credentials: { accessKeyId, secretAccessKey },
    // An SDK refuses these options together with an endpoint, wherever the machine has set them.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    requestHandler: timeLimits,
  };
}

/** Returns the environment that points this library, and all AWS clients beside it, to the emulators. */
export function endpointEnvironment(
  { sqsS3, dynamodb, accessKey }: Endpoints,
  { scheduler, lambda, logs }: { readonly [Service in 'scheduler' | 'lambda' | 'logs']?: string | undefined } = {},
): Readonly<Record<string, string>> {
  const urls = compact({ sqs: sqsS3, s3: sqsS3, dynamodb, scheduler, lambda, logs });
  return {
    [ENDPOINTS]: writeEndpoints(urls, { region: localRegion, accessKeyId: accessKey, secretAccessKey }),
    AWS_ENDPOINT_URL_SQS: sqsS3,
    AWS_ENDPOINT_URL_S3: sqsS3,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    ...compact({ AWS_ENDPOINT_URL_SCHEDULER: scheduler, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs }),
    AWS_REGION: localRegion,
    // Python's SDK reads this one.
    AWS_DEFAULT_REGION: localRegion,
    AWS_ACCESS_KEY_ID: accessKey,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_USE_FIPS_ENDPOINT: 'false',
    AWS_USE_DUALSTACK_ENDPOINT: 'false',
  };
}

/** Returns the variables of an embedded cloud that lead this library to it, and no other AWS client. */
export function ownVariables(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('CHORDAL_')));
}

/** Returns variables without those that lead AWS clients somewhere. */
export function withoutAws<Value>(env: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('AWS_')));
}

/** Returns the ARN of a queue of the embedded cloud. */
export function queueArn(queueName: string): string {
  return `arn:aws:sqs:${localRegion}:${localAccount}:${queueName}`;
}

/** Returns the URL of a queue of the embedded cloud. */
export function queueUrl({ sqsS3 }: Endpoints, queueName: string): string {
  return `${sqsS3}/${localAccount}/${queueName}`;
}

// --- internal ---

/** The emulators check the access key, which is a secret of each start, and no signature. */
const secretAccessKey = 'local';

/** The limits for a connection to stand and for an answer to begin, in ms: a receive waits for 20 s. */
const timeLimits = { connectionTimeout: 3000, requestTimeout: 60_000, throwOnRequestTimeout: true } as const;
