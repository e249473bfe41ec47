import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { COMMAND_LIMITS, OPERATOR_TRIES } from '../../adapters/aws/connections.ts';
import { calling } from '../../adapters/aws/errors.ts';
import { ConfigurationError } from '../../core/errors/caller.ts';

/** A deployed stack. */
export interface StageChoice {
  readonly service: string;
  readonly stage: string;
}

/**
 * Returns the variables that lead a caller to a deployed stack: those of its function `result`, which every stack has.
 *
 * @throws ConfigurationError if there is no such function, or its configuration may not be read; ServiceUnavailable if Lambda does not answer
 */
export async function stageEnvironment({ service, stage }: StageChoice): Promise<Readonly<Record<string, string>>> {
  const FunctionName = `${service}-${stage}-result`;
  const client = new LambdaClient({ requestHandler: COMMAND_LIMITS, ...OPERATOR_TRIES });
  const resource = { kind: 'function', name: FunctionName, right: 'lambda:GetFunctionConfiguration' } as const;
  const found = await calling(`find the stage ${stage} of ${service} by`, resource, () =>
    client.send(new GetFunctionConfigurationCommand({ FunctionName })),
  );
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
