/** Where the emulators listen. */
export interface Endpoints {
  readonly sqsS3: string;
  readonly dynamodb: string;
}

/** The region that the embedded cloud is in. */
export const localRegion = 'us-east-1';

/** The account that the embedded cloud belongs to. */
export const localAccount = '000000000000';

/** The role that the embedded Scheduler takes on: it asks for none. */
export const schedulerRole: string = `arn:aws:iam::${localAccount}:role/scheduler`;

/** What an AWS SDK client needs to speak to an emulator. */
export function clientOptions(endpoint: string): {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
} {
  return { endpoint, region: localRegion, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
}

/** The environment that leads an AWS SDK to the emulators. */
export function endpointEnvironment({ sqsS3, dynamodb }: Endpoints): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL_SQS: sqsS3,
    AWS_ENDPOINT_URL_S3: sqsS3,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb,
    AWS_REGION: localRegion,
    // Python's SDK reads this one.
    AWS_DEFAULT_REGION: localRegion,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
}

/** The ARN of a queue of the embedded cloud. */
export function queueArn(queueName: string): string {
  return `arn:aws:sqs:${localRegion}:${localAccount}:${queueName}`;
}

/** The address of a queue of the embedded cloud. */
export function queueUrl({ sqsS3 }: Endpoints, queueName: string): string {
  return `${sqsS3}/${localAccount}/${queueName}`;
}
