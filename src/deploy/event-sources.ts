import {
  LambdaClient,
  ListEventSourceMappingsCommand,
  ResourceNotFoundException,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import type { EventSourceMappingConfiguration, LambdaClientConfig } from '@aws-sdk/client-lambda';

/** A function that receives from its queue, or not. */
export interface SetReceiving {
  readonly functionName: string;
  readonly isReceiving: boolean;
}

/**
 * Has a function receive from its queue from now on, or not, by its event source mapping. Returns false if it has none. A second
 * call changes nothing.
 */
export async function setReceiving(
  options: LambdaClientConfig,
  { functionName, isReceiving }: SetReceiving,
): Promise<boolean> {
  const client = new LambdaClient(options);
  const mapping = await mappingOf(client, functionName);
  if (mapping === undefined) return false;
  if (isOn(mapping) !== isReceiving)
    await client.send(new UpdateEventSourceMappingCommand({ UUID: mapping.UUID, Enabled: isReceiving }));
  return true;
}

// --- internal ---

/** Returns the mapping from its queue to a function: it has one, or none. */
async function mappingOf(client: LambdaClient, name: string): Promise<EventSourceMappingConfiguration | undefined> {
  try {
    const answer = await client.send(new ListEventSourceMappingsCommand({ FunctionName: name }));
    return answer.EventSourceMappings?.[0];
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

/** A mapping that is being changed counts as the state that it gets. */
function isOn({ State }: EventSourceMappingConfiguration): boolean {
  return State === 'Enabled' || State === 'Enabling' || State === 'Creating';
}
