import type { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { connections, OPERATOR_TRIES } from '../adapters/aws/connections.ts';
import { setReceiving } from '../adapters/aws/event-sources.ts';
import { lookUpQueueUrls } from '../adapters/aws/queue-urls.ts';
import { lookAt } from '../adapters/aws/sqs-counts.ts';
import { wholeName } from '../adapters/queue-names.ts';
import { RealClock } from '../adapters/system/clock.ts';
import { ConfigurationError } from '../core/errors/caller.ts';
import type { Operations } from '../ports/operations.ts';
import { endpointOptions } from './endpoints.ts';
import { sandboxLeftMs } from './sandbox-time.ts';
import { environmentSurvey } from './survey.ts';
import { atOneEndpoint, required } from './variables.ts';
import type { Environment } from './variables.ts';

/**
 * The means of an operator in the cloud that the environment names. They are apart from the other ports: no function loads them unless its
 * code asks for them.
 *
 * @throws ConfigurationError if the environment is incomplete
 */
export function environmentOperations(environment: Environment): Operations {
  const prefix = required(environment, 'CHORDAL_QUEUE_PREFIX');
  const sqs = new SQSClient({
    requestHandler: connections(sandboxLeftMs),
    ...OPERATOR_TRIES,
    ...atOneEndpoint,
    ...endpointOptions(environment, 'sqs'),
  });
  const queues = {
    client: sqs,
    queueUrl: lookUpQueueUrls(sqs, (queue) => wholeName(prefix, queue)),
    clock: new RealClock(),
  };
  return {
    inFlight: () => environmentSurvey(environment).inFlight(),
    lookAt: (params) => lookAt(queues, params),
    setReceiving: (params) => setReceiving({ prefix, client: () => lambdaClient(environment) }, params),
  };
}

// --- internal ---

/** A function takes the client that its runtime has: it is not in its bundle. */
async function lambdaClient(environment: Environment): Promise<LambdaClient> {
  const requestHandler = connections(sandboxLeftMs);
  const options = { requestHandler, ...OPERATOR_TRIES, ...endpointOptions(environment, 'lambda') };
  try {
    const { LambdaClient: Client } = await import('@aws-sdk/client-lambda');
    return new Client(options);
  } catch (cause) {
    throw new ConfigurationError(
      'Cannot reach Lambda: @aws-sdk/client-lambda is not there. AWS has it in every function; elsewhere install it, or use `chordal control`.',
      { cause },
    );
  }
}
