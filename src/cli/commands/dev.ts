import { Option } from 'commander';
import type { Command } from 'commander';
import type { AwsClients } from '../../local/host.ts';
import { numberOption } from '../argument-values.ts';
import type { Dev } from '../clouds/dev.ts';
import { addHandlersOption } from '../clouds/options.ts';
import type { CommandLine } from '../command-line.ts';
import { LAST_FIRST_PORT } from '../dev/ports.ts';
import { UsageError } from '../errors.ts';
import { interrupted } from '../interrupt.ts';
import type { Output } from '../output.ts';

/** Adds `chordal dev`, which runs the embedded cloud until it is interrupted. */
export function addDev(program: Command, { output, end }: CommandLine): void {
  const command = program
    .command('dev')
    .argument(
      '[program...]',
      'after --: a program to run with it, and again when a file changes, as in -- node server.ts',
    )
    .description('Run the handlers on an embedded cloud that stays up, and build them again when they change')
    .addOption(
      new Option('--cloud <name>', 'cloud of the handlers: the embedded one, or the deployed stack on LocalStack')
        .choices(['embedded', 'localstack'])
        .default('embedded'),
    )
    .option(
      '--inspect [port]',
      'let a debugger attach; functions and tasks then have no time limits (default port: 9229)',
      portOption('inspect'),
    )
    .option('--json', 'print {"env": {…}} on stdout when it is ready: the environment that other processes need');
  addHandlersOption(command)
    .option('--data <dir>', 'keep the state of the cloud in this folder (default: in memory)')
    .option('--service <name>', 'first part of the names of its functions (default: of serverless.yml)')
    .option('--stage <name>', 'second part of these names (default: of serverless.yml, else dev)')
    .option(
      '--port <port>',
      'first of the five ports of the embedded cloud; 0: any free ports (default: those of the last start, else 4771)',
      portOption('port', LAST_FIRST_PORT),
    )
    .addOption(
      new Option(
        '--aws <where>',
        'where AWS clients in your own code go: to your account, or to the embedded cloud (default: account)',
      ).choices(['account', 'embedded']),
    )
    .option('--localstack-port <port>', 'port of LocalStack (default: any free port)', portOption('localstack-port'))
    .action(async (program: readonly string[], options: Omit<GivenDev, 'program'>) => {
      const given: GivenDev = { ...options, program };
      const { json = false } = given;
      const ended = interrupted();
      const cloud = await (given.cloud === 'localstack' ? onLocalStack(given, output) : onEmbeddedCloud(given, output));
      if (json) output.answer({ env: cloud.env });
      const death = await Promise.race([ended, ...(cloud.died === undefined ? [] : [cloud.died])]);
      if (death !== undefined) output.problem(death.message);
      output.note('Stopping …');
      await cloud.stop(0);
      end(death === undefined ? 0 : 1);
    });
}

// --- internal ---

interface GivenDev {
  readonly program: readonly string[];
  readonly inspect?: number | true;
  readonly json?: boolean;
  readonly cloud: 'embedded' | 'localstack';
  readonly handlers: string;
  readonly data?: string;
  readonly service?: string;
  readonly stage?: string;
  readonly port?: number;
  readonly aws?: AwsClients;
  readonly localstackPort?: number;
}

/** Only the embedded cloud may end by itself. */
type DevCloud = Pick<Dev, 'env' | 'stop'> & Partial<Pick<Dev, 'died'>>;

async function onEmbeddedCloud(given: GivenDev, output: Output): Promise<DevCloud> {
  const { handlers, data, service, stage, port, aws = 'account', localstackPort, inspect, program } = given;
  if (localstackPort !== undefined)
    throw new UsageError('Cannot use --localstack-port: only LocalStack has that option. Add --cloud localstack.');
  const { startDev } = await import('../clouds/dev.ts');
  return startDev({ handlersDir: handlers, dataDir: data, service, stage, port, aws, inspect, program }, output);
}

async function onLocalStack(given: GivenDev, output: Output): Promise<DevCloud> {
  const { handlers, data, service, stage, port, aws, localstackPort, inspect, program } = given;
  const others = { '--data': data, '--port': port, '--inspect': inspect, '--aws': aws, 'a program': program[0] };
  const [other] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (other !== undefined)
    throw new UsageError(`Cannot use ${other} with --cloud localstack: only the embedded cloud has that option`);
  if (service !== undefined)
    throw new UsageError('Cannot use --service with --cloud localstack: serverless.yml names the service');
  if (localstackPort !== undefined && (process.env['AWS_ENDPOINT_URL'] ?? '') !== '')
    throw new UsageError(
      'Cannot use --localstack-port with AWS_ENDPOINT_URL: no LocalStack is started. Leave one out.',
    );
  const { startDevOnLocalStack } = await import('../clouds/dev-localstack.ts');
  return startDevOnLocalStack({ handlersDir: handlers, stage, port: localstackPort }, output);
}

function portOption(name: string, most: number = 65_535): (text: string) => number {
  return numberOption(name, { least: 0, most, isWhole: true });
}
