import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { compact } from '../core/values/compact.ts';
import { sourcesOf } from '../deploy/project.ts';
import type { Project, QueueDescription } from '../deploy/project.ts';
import { clientOptions, queueArn } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';

/** Makes the project's table, bucket and queues, unless they exist. An existing queue gets the project's settings. */
export async function createResources(project: Project, endpoints: Endpoints): Promise<void> {
  const { table } = project;
  const dynamodb = new DynamoDBClient(clientOptions(endpoints.dynamodb, endpoints.accessKey));
  const s3 = new S3Client(clientOptions(endpoints.sqsS3, endpoints.accessKey));
  const sqs = new SQSClient(clientOptions(endpoints.sqsS3, endpoints.accessKey));
  try {
    await Promise.all([
      createTable(dynamodb, table.name, [table.partitionKey, table.sortKey]),
      unlessNamed('BucketAlreadyOwnedByYou', s3.send(new CreateBucketCommand({ Bucket: project.bucket.name }))),
      // The other queues redrive to it, so it comes first.
      createQueue(sqs, project.deadLetterQueue).then(() =>
        Promise.all(project.functions.flatMap(sourcesOf).map(({ queue }) => createQueue(sqs, queue))),
      ),
    ]);
  } finally {
    for (const client of [dynamodb, s3, sqs]) client.destroy();
  }
}

/** Makes the table of a Celery application's results, as its `dynamodb://` backend makes it, unless it exists. */
export async function createCeleryTable(name: string, { dynamodb, accessKey }: Endpoints): Promise<void> {
  const client = new DynamoDBClient(clientOptions(dynamodb, accessKey));
  try {
    await createTable(client, name, ['id']);
  } finally {
    client.destroy();
  }
}

// --- internal ---

/** @param keys the names of its keys: texts, the partition's first */
async function createTable(client: DynamoDBClient, TableName: string, keys: readonly string[]): Promise<void> {
  const command = new CreateTableCommand({
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: keys.map((AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' })),
  });
  await unlessNamed('ResourceInUseException', client.send(command));
}

async function createQueue(client: SQSClient, queue: QueueDescription): Promise<void> {
  const Attributes = queueAttributes(queue);
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: queue.name }));
  await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
}

function queueAttributes(queue: QueueDescription): Partial<Record<QueueAttributeName, string>> {
  return compact({
    VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(queue.retentionSeconds),
    RedrivePolicy: queue.redrive
      ? JSON.stringify({
          deadLetterTargetArn: queueArn(queue.redrive.deadLetterQueue),
          maxReceiveCount: queue.redrive.maxReceiveCount,
        })
      : undefined,
  });
}

async function unlessNamed(name: string, answer: Promise<unknown>): Promise<void> {
  await answer.catch((error: unknown) => {
    if (!(error instanceof Error && error.name === name)) throw error;
  });
}
