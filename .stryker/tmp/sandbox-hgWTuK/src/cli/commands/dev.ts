import type { Command } from 'commander';
import { numberOption } from '../argument-values.ts';
import { addHandlersOption, DEFAULT_SERVICE, DEFAULT_STAGE } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { interrupted } from '../interrupt.ts';

/** Adds `chordal dev`, which runs the embedded cloud until it is interrupted. */
export function addDev(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('dev')
    .description('Run the handlers on an embedded cloud that stays up, and build them again when they change')
    .option('--json', 'print {"env": {…}} on stdout when it is ready: the environment that other processes need');
  addHandlersOption(command)
    .option('--data <dir>', 'keep the state of the cloud in this folder (default: in memory)')
    .option('--service <name>', 'first part of the names of its functions', DEFAULT_SERVICE)
    .option('--stage <name>', 'second part of these names', DEFAULT_STAGE)
    .option('--sqs-port <port>', 'port of SQS and S3 (default: any free port)', portOption('sqs-port'))
    .option('--dynamodb-port <port>', 'port of DynamoDB (default: any free port)', portOption('dynamodb-port'))
    .action(async (given: GivenDev) => {
      const { json = false, handlers, data, service, stage, sqsPort, dynamodbPort } = given;
      const ended = interrupted();
      const { startDev } = await import('../clouds/dev.ts');
      const cloud = await startDev(
        { handlersDir: handlers, dataDir: data, service, stage, sqsS3: sqsPort, dynamodb: dynamodbPort },
        output,
      );
      if (json) output.answer({ env: cloud.env });
      await ended;
      output.note('Stopping …');
      await cloud.stop();
      end(0);
    });
}

// --- internal ---

interface GivenDev {
  readonly json?: boolean;
  readonly handlers: string;
  readonly data?: string;
  readonly service: string;
  readonly stage: string;
  readonly sqsPort?: number;
  readonly dynamodbPort?: number;
}

function portOption(name: string): (text: string) => number {
  return numberOption(name, { least: 0, most: 65_535, isWhole: true });
}
