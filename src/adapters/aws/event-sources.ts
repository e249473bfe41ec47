import type { EventSourceMappingConfiguration, LambdaClient } from '@aws-sdk/client-lambda';
import type { SetReceiving } from '../../ports/operations.ts';
import { calling } from './errors.ts';

/** The functions, and how to reach them. */
export interface EventSourcesOptions {
  /** Called when something is first changed: hardly any program loads Lambda's client. */
  readonly client: () => Promise<LambdaClient>;
  /** The prefix of the names of the app's queues, and of its functions. */
  readonly prefix: string;
}

/** Has the function of a queue receive from it, or not, by its event source mappings. Returns whether it has any. */
export async function setReceiving(
  { client, prefix }: EventSourcesOptions,
  { queue, isReceiving }: SetReceiving,
): Promise<boolean> {
  const lambda = await client();
  const { UpdateEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
  // A function has the name of its queue.
  const name = `${prefix}${queue}`;
  const mappings = await mappingsOf(lambda, name);
  const resource = { kind: 'function', name, right: 'lambda:UpdateEventSourceMapping' } as const;
  for (const { UUID } of mappings.filter((one) => !willBe(one, isReceiving))) {
    const command = new UpdateEventSourceMappingCommand({ UUID, Enabled: isReceiving });
    await calling(isReceiving ? 'resume' : 'pause', resource, () => lambda.send(command));
  }
  return mappings.length > 0;
}

// --- internal ---

/** Returns the mappings to a function: from its queue, from its queue for high priority, or none. */
async function mappingsOf(client: LambdaClient, name: string): Promise<readonly EventSourceMappingConfiguration[]> {
  const { ListEventSourceMappingsCommand, ResourceNotFoundException } = await import('@aws-sdk/client-lambda');
  const resource = { kind: 'function', name, right: 'lambda:ListEventSourceMappings' } as const;
  return calling('find the event source of', resource, async () => {
    try {
      const answer = await client.send(new ListEventSourceMappingsCommand({ FunctionName: name }));
      return (answer.EventSourceMappings ?? []).filter(({ State }) => State !== 'Deleting');
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  });
}

/** Returns whether a mapping is as it is to be, or becomes so. Of one that is created or updated, the state does not say which it gets. */
function willBe({ State }: EventSourceMappingConfiguration, isReceiving: boolean): boolean {
  return isReceiving ? State === 'Enabled' || State === 'Enabling' : State === 'Disabled' || State === 'Disabling';
}
