import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';

/** Invokes a function of the stack `chordal-dev` that the environment leads to, as a caller in another service does. */
export async function invoke(name: string, payload: object): Promise<unknown> {
  const lambda = new LambdaClient();
  const command = new InvokeCommand({ FunctionName: `chordal-dev-${name}`, Payload: JSON.stringify(payload) });
  try {
    const { Payload } = await lambda.send(command);
    return JSON.parse(Payload?.transformToString() ?? '');
  } finally {
    lambda.destroy();
  }
}

/** Runs a canvas by the functions `submit` and `result`, and answers with what `result` says of its end. */
export async function submitAndWait(canvas: unknown): Promise<unknown> {
  const submitted = Object(await invoke('submit', { canvas }));
  if (submitted.taskId === undefined) return submitted;
  const endsAt = Date.now() + 120_000;
  for (;;) {
    const result = Object(await invoke('result', { taskId: submitted.taskId, wait: 4 }));
    if (result.state === 'SUCCESS' || result.state === 'FAILURE' || Date.now() > endsAt) return result;
  }
}
