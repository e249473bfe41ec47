import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { connections, OPERATOR_TRIES } from '../adapters/aws/connections.ts';
import { AwsJournalReader } from '../adapters/aws/journal-reader.ts';
import { AwsSurvey } from '../adapters/aws/survey.ts';
import { RealClock } from '../adapters/system/clock.ts';
import { RandomNonces } from '../adapters/system/nonces.ts';
import type { JournalReader } from '../ports/journal.ts';
import type { Survey } from '../ports/survey.ts';
import { endpointOptions } from './endpoints.ts';
import { sandboxLeftMs } from './sandbox-time.ts';
import { atOneEndpoint, required } from './variables.ts';
import type { Environment } from './variables.ts';

/**
 * The survey of the cloud that the environment names. It is apart from the other ports, so that no function has it in its bundle.
 *
 * @throws ConfigurationError if the environment is incomplete: without the Scheduler, its messages would be taken for lost
 */
export function environmentSurvey(environment: Environment): Survey {
  required(environment, 'CHORDAL_SCHEDULER_ROLE');
  const requestHandler = connections(sandboxLeftMs);
  return new AwsSurvey({
    dynamo: new DynamoDBClient({ requestHandler, ...OPERATOR_TRIES, ...endpointOptions(environment, 'dynamodb') }),
    table: required(environment, 'CHORDAL_TABLE'),
    sqs: new SQSClient({ requestHandler, ...OPERATOR_TRIES, ...atOneEndpoint, ...endpointOptions(environment, 'sqs') }),
    prefix: required(environment, 'CHORDAL_QUEUE_PREFIX'),
    scheduler: new SchedulerClient({ requestHandler, ...OPERATOR_TRIES, ...endpointOptions(environment, 'scheduler') }),
    groupName: environment['CHORDAL_SCHEDULER_GROUP'] ?? 'default',
    clock: new RealClock(),
  });
}

/**
 * The journal of the cloud that the environment names, to be read by an operator.
 *
 * @throws ConfigurationError if the environment names no table
 */
export function environmentJournal(environment: Environment): JournalReader {
  return new AwsJournalReader({
    client: new DynamoDBClient({
      requestHandler: connections(sandboxLeftMs),
      ...OPERATOR_TRIES,
      ...endpointOptions(environment, 'dynamodb'),
    }),
    table: required(environment, 'CHORDAL_TABLE'),
    clock: new RealClock(),
    nonces: new RandomNonces(),
  });
}
