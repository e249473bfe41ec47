import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientOptions } from '../../../src/local/endpoints.ts';
import type { Figure } from './figure.ts';

/** Batches at once, as the host's sandboxes of one function. */
const WORKERS = 4;

/** The least cost of a task here: sent, received and deleted in tens, and one conditional write for each. */
export async function bareLoop(env: Readonly<Record<string, string>>, n: number): Promise<Figure> {
  const accessKey = env['AWS_ACCESS_KEY_ID'] ?? '';
  const sqs = new SQSClient(clientOptions(env['AWS_ENDPOINT_URL_SQS'] ?? '', accessKey));
  const dynamo = new DynamoDBClient(clientOptions(env['AWS_ENDPOINT_URL_DYNAMODB'] ?? '', accessKey));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench-bare' }));
  let done = 0;

  const send = async (batch: number): Promise<void> => {
    const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), MessageBody: `bare-${batch}-${i}` }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  };
  const write = (id: string): Promise<unknown> =>
    dynamo.send(
      new UpdateItemCommand({
        TableName: env['CHORDAL_TABLE'],
        Key: { pk: { S: id }, sk: { S: 't' } },
        UpdateExpression: 'SET v = :v',
        ConditionExpression: 'attribute_not_exists(v)',
        ExpressionAttributeValues: { ':v': { S: id } },
        ReturnValues: 'ALL_NEW',
      }),
    );
  const work = async (): Promise<void> => {
    while (done < n) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) continue;
      await Promise.all(Messages.map(({ Body = '' }) => write(Body)));
      const Entries = Messages.map(({ ReceiptHandle = '' }, i) => ({ Id: String(i), ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      done += Messages.length;
    }
  };

  const startedAt = performance.now();
  await Promise.all([
    ...Array.from({ length: n / 10 }, (_, batch) => send(batch)),
    ...Array.from({ length: WORKERS }, work),
  ]);
  const ms = performance.now() - startedAt;
  sqs.destroy();
  dynamo.destroy();
  return {
    name: 'local: bare SDK calls',
    value: (n / ms) * 1000,
    unit: 'tasks/s',
    note: 'a send, a receive, a conditional write and a delete, without Chordal',
  };
}
