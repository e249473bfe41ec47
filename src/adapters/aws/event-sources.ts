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

/** Has functions receive from their queues, or not, by their event source mappings. */
export class EventSources {
  readonly #options: EventSourcesOptions;

  constructor(options: EventSourcesOptions) {
    this.#options = options;
  }

  async setReceiving({ queue, isReceiving }: SetReceiving): Promise<boolean> {
    const lambda = await this.#options.client();
    const { UpdateEventSourceMappingCommand } = await import('@aws-sdk/client-lambda');
    // A function has the name of its queue.
    const name = `${this.#options.prefix}${queue}`;
    const mapping = await mappingOf(lambda, name);
    if (mapping === undefined) return false;
    if (isOn(mapping) === isReceiving) return true;
    const command = new UpdateEventSourceMappingCommand({ UUID: mapping.UUID, Enabled: isReceiving });
    const resource = { kind: 'function', name, right: 'lambda:UpdateEventSourceMapping' } as const;
    await calling(isReceiving ? 'resume' : 'pause', resource, () => lambda.send(command));
    return true;
  }
}

// --- internal ---

/** Returns the mapping from its queue to a function: it has one, or none. */
async function mappingOf(client: LambdaClient, name: string): Promise<EventSourceMappingConfiguration | undefined> {
  const { ListEventSourceMappingsCommand, ResourceNotFoundException } = await import('@aws-sdk/client-lambda');
  const resource = { kind: 'function', name, right: 'lambda:ListEventSourceMappings' } as const;
  return calling('find the event source of', resource, async () => {
    try {
      const answer = await client.send(new ListEventSourceMappingsCommand({ FunctionName: name }));
      return answer.EventSourceMappings?.[0];
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  });
}

/** A mapping that is being changed counts as the state that it gets. */
function isOn({ State }: EventSourceMappingConfiguration): boolean {
  return State === 'Enabled' || State === 'Enabling' || State === 'Creating';
}
