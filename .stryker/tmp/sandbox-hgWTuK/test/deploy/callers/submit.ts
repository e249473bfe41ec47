import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

const lambda = new LambdaClient();

async function call(name: string, payload: object): Promise<{ taskId: string }> {
  const command = new InvokeCommand({ FunctionName: `chordal-dev-${name}`, Payload: JSON.stringify(payload) });
  const { Payload } = await lambda.send(command);
  return JSON.parse(Payload?.transformToString() ?? 'null');
}

const steps = [
  { task: 'add', args: [1, 2] },
  { task: 'add', args: [3] },
];
const { taskId } = await call('submit', { canvas: { task: 'celery.chain', kwargs: { tasks: steps } } });
console.log(JSON.stringify(await call('result', { taskId, wait: 20 }))); // "state": "SUCCESS", "value": 6
