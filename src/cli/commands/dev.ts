import { readNumber } from '../arguments.ts';
import { DEFAULT_SERVICE, DEFAULT_STAGE } from '../clouds/names.ts';
import { makeCommand } from '../command.ts';
import type { Command } from '../command.ts';
import { interrupted } from '../interrupt.ts';
import type { Output } from '../output.ts';

/** `chordal dev`: the embedded cloud, until it is interrupted. */
export function dev(output: Output): Command {
  return makeCommand({
    name: 'dev',
    description: 'Run the handlers on an embedded cloud that stays up, and build them again when they change',
    args: {
      json: {
        type: 'boolean',
        description: 'Print {"env": …} on stdout when it is ready: what other processes must set to use it',
      },
      handlers: { type: 'string', valueHint: 'dir', description: 'The folder of the handlers', default: 'handlers' },
      data: {
        type: 'string',
        valueHint: 'dir',
        description: 'Keep the state of the cloud in this folder; else in memory',
      },
      service: {
        type: 'string',
        valueHint: 'name',
        description: 'What the names of its functions begin with',
        default: DEFAULT_SERVICE,
      },
      stage: {
        type: 'string',
        valueHint: 'name',
        description: 'What follows the service in these names',
        default: DEFAULT_STAGE,
      },
      'sqs-port': { type: 'string', valueHint: 'port', description: 'The port of SQS and S3; else any that is free' },
      'dynamodb-port': {
        type: 'string',
        valueHint: 'port',
        description: 'The port of DynamoDB; else any that is free',
      },
      verbose: { type: 'boolean', description: 'Show where an error happened' },
    },
    run: async (args) => {
      const sqsS3 = readPort('sqs-port', args['sqs-port']);
      const dynamodb = readPort('dynamodb-port', args['dynamodb-port']);
      const ended = interrupted();
      const { startDev } = await import('../clouds/dev.ts');
      const cloud = await startDev(
        { ...args, handlersDir: args.handlers, dataDir: args.data, sqsS3, dynamodb },
        output,
      );
      if (args.json) output.answer({ env: cloud.env });
      await ended;
      output.note('Stopping …');
      await cloud.stop();
      return 0;
    },
  });
}

// --- internal ---

function readPort(option: string, text: string | undefined): number | undefined {
  return readNumber(option, text, { least: 0, most: 65_535, isWhole: true });
}
