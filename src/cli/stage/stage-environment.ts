import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { COMMAND_LIMITS } from '../../adapters/aws/connections.ts';
import { ConfigurationError } from '../../core/errors/caller.ts';
import { messageOf } from '../../core/text/describe.ts';

/** A deployed stack. */
export interface StageChoice {
  readonly service: string;
  readonly stage: string;
}

/**
 * Returns the variables that lead a caller to a deployed stack: those of its function `result`, which every stack has.
 *
 * @throws ConfigurationError if there is no such function, or its configuration may not be read
 */
export async function stageEnvironment({ service, stage }: StageChoice): Promise<Readonly<Record<string, string>>> {
  const FunctionName = `${service}-${stage}-result`;
  const client = new LambdaClient({ requestHandler: COMMAND_LIMITS });
  const found = await client.send(new GetFunctionConfigurationCommand({ FunctionName })).catch((cause: unknown) => {
    throw new ConfigurationError(
      `Cannot find the stage ${stage} of ${service}: the function ${FunctionName} cannot be read: ${messageOf(cause)}. Check the names, the region and the credentials; it needs the right lambda:GetFunctionConfiguration.`,
      { cause },
    );
  });
  const all = Object.entries(found.Environment?.Variables ?? {});
  const own = all.filter(([name]) => name.startsWith('CHORDAL_') && !NOT_OF_CALLERS.includes(name));
  if (own.some(([name]) => name === 'CHORDAL_TABLE')) return Object.fromEntries(own);
  throw new ConfigurationError(
    `Cannot find the stage ${stage} of ${service}: the function ${FunctionName} has no CHORDAL_TABLE in its environment. Is it a function of this library?`,
  );
}

// --- internal ---

/** Variables of the function itself: its routes are a file of its bundle. */
const NOT_OF_CALLERS: readonly string[] = ['CHORDAL_LOG_LEVEL', 'CHORDAL_SUBMIT_ALLOW'];
