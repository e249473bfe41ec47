import diagnostics from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';

const CHANNEL = 'http.client.request.created';

/**
 * The IAM actions of the AWS calls that this process makes meanwhile, with the folder of the bucket, or the kind of partition, where there is
 * one: `s3:GetObject b`, `dynamodb:Query $debounce`.
 */
export async function actionsOf(work: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const actions = new Set<string>();
  const note = (message: unknown): void => {
    // The message that Node publishes on this channel.
    const { request } = message as { request: ClientRequest };
    const end = request.end.bind(request);
    Object.assign(request, {
      end: (body: unknown, ...rest: []) => {
        actions.add(`${actionOf(request)}${partitionIn(body)}`);
        return end(body, ...rest);
      },
    });
  };
  diagnostics.subscribe(CHANNEL, note);
  try {
    await work();
  } finally {
    diagnostics.unsubscribe(CHANNEL, note);
  }
  return actions;
}

// --- internal ---

const SERVICES: Readonly<Record<string, string>> = { DynamoDB_20120810: 'dynamodb', AmazonSQS: 'sqs' };
const OBJECT_ACTIONS: Readonly<Record<string, string>> = { GET: 'GetObject', PUT: 'PutObject', DELETE: 'DeleteObject' };

function actionOf(request: ClientRequest): string {
  const [service = '', operation = ''] = String(request.getHeader('x-amz-target') ?? '').split('.');
  // IAM has no actions for batches of messages.
  if (service !== '') return `${SERVICES[service] ?? service}:${operation.replace(/Batch$/, '')}`;
  if (request.path.startsWith('/schedules/')) return 'scheduler:CreateSchedule';
  const [, , folder = ''] = request.path.split('/');
  return `s3:${OBJECT_ACTIONS[request.method] ?? request.method} ${folder}`;
}

/** Returns the kind of the partition that a Query reads, as its policies name it; none for one of a workflow. */
function partitionIn(body: unknown): string {
  const [, kind] = /"KeyConditionExpression".*":pk":\{"S":"(\$\w+)\//.exec(String(body)) ?? [];
  return kind === undefined ? '' : ` ${kind}`;
}
