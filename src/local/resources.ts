import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import { compact } from '../core/values/compact.ts';
import { sourcesOf } from '../deploy/project.ts';
import type { BucketDescription, Project, QueueDescription, TableDescription } from '../deploy/project.ts';
import { clientOptions, queueArn } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';

/** Makes the project's table, bucket and queues, unless they exist. An existing queue gets the project's settings. */
export async function createResources(project: Project, endpoints: Endpoints): Promise<void> {
  const dynamodb = new DynamoDBClient(clientOptions(endpoints.dynamodb, endpoints.accessKey));
  const s3 = new S3Client(clientOptions(endpoints.sqsS3, endpoints.accessKey));
  const sqs = new SQSClient(clientOptions(endpoints.sqsS3, endpoints.accessKey));
  try {
    await Promise.all([
      createTable(dynamodb, project.table),
      createBucket(s3, project.bucket),
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
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  try {
    await unlessNamed('ResourceInUseException', client.send(command));
  } finally {
    client.destroy();
  }
}

// --- internal ---

async function createTable(client: DynamoDBClient, table: TableDescription): Promise<void> {
  const { name, partitionKey, sortKey } = table;
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: 'S' },
      { AttributeName: sortKey, AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  });
  await unlessNamed('ResourceInUseException', client.send(command));
}

async function createBucket(client: S3Client, { name }: BucketDescription): Promise<void> {
  await unlessNamed('BucketAlreadyOwnedByYou', client.send(new CreateBucketCommand({ Bucket: name })));
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
