import type { Project } from '../deploy/project.ts';
import { damaged, openDataFolder } from './data-folder.ts';
import { startEmulator } from './emulator.ts';
import type { Emulator } from './emulator.ts';
import { endpointEnvironment } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { createResources } from './resources.ts';
import type { SqsS3Command } from './sqs-s3-thread.ts';

/** Fixed ports. Default: any that are free. */
export interface CloudPorts {
  readonly sqsS3?: number;
  readonly dynamodb?: number;
  readonly lambda?: number;
  readonly scheduler?: number;
}

/** What {@link startCloud} is told. */
export interface CloudOptions {
  readonly project: Project;
  /** A folder that keeps what the cloud stores; made if missing, used by one process at a time. Default: memory. */
  readonly dataDir?: string;
  readonly ports?: CloudPorts;
  /** Called if an emulator ends by itself; the cloud is then of no more use. Default: nothing. */
  readonly onDeath?: (error: unknown) => void;
}

/** SQS, S3 and DynamoDB, in this process. */
export interface Cloud {
  readonly endpoints: Endpoints;
  /** All that a function or a caller needs in its environment to use this cloud and the project in it. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes what a changed project has more than before. */
  update(project: Project): Promise<void>;
  /**
   * Makes messages of a failed batch visible again after `afterMs`, where AWS lets them wait out the queue's visibility timeout.
   * It leaves those alone whose visibility the handler has changed itself, and those that were deleted.
   */
  returnMessages(queueName: string, receiptHandles: readonly string[], afterMs: number): void;
  /** Stops the emulators; what is kept in a folder is complete then. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded cloud: fauxqs (SQS, S3) and dynalite (DynamoDB), each in its own thread, and in them the project's table, bucket and
 * queues. It listens on the loopback interface alone.
 *
 * @throws ConfigurationError if a port is taken, the data folder is damaged, or another process uses it
 *
 * @example
 * const cloud = await startCloud({ project });
 * Object.assign(process.env, cloud.env);
 * await cloud.stop();
 */
export async function startCloud({ project, dataDir, ports = {}, onDeath = () => {} }: CloudOptions): Promise<Cloud> {
  const data = dataDir === undefined ? {} : { dataDir };
  if (dataDir !== undefined) await openDataFolder(dataDir);
  const deaths = new EmulatorExits(onDeath);
  const [sqsS3, dynamodb] = await startBoth(
    startEmulator('sqs-s3', { port: ports.sqsS3 ?? 0, ...data }, deaths.add),
    startEmulator('dynamodb', { port: ports.dynamodb ?? 0, ...data }, deaths.add),
  );
  const stop = async (): Promise<void> => {
    await Promise.all([sqsS3.stop(), dynamodb.stop()]);
  };
  const endpoints = { sqsS3: sqsS3.url, dynamodb: dynamodb.url };
  try {
    await createResources(project, endpoints);
  } catch (error) {
    await stop();
    throw deaths.explain(error, dataDir);
  }
  deaths.beHeard();
  return {
    endpoints,
    env: { ...endpointEnvironment(endpoints), ...project.environment },
    update: (changed) => createResources(changed, endpoints),
    returnMessages: (queueName, receiptHandles, afterMs) => {
      sqsS3.post({ type: 'return', queueName, receiptHandles, afterMs } satisfies SqsS3Command);
    },
    stop,
  };
}

// --- internal ---

/** The emulators that have ended by themselves: until the cloud is up, they are why it is not. */
class EmulatorExits {
  readonly #onDeath: (error: unknown) => void;
  readonly #early: Error[] = [];
  #isUp = false;

  constructor(onDeath: (error: unknown) => void) {
    this.#onDeath = onDeath;
  }

  readonly add = (error: Error): void => {
    if (this.#isUp) this.#onDeath(error);
    else this.#early.push(error);
  };

  beHeard(): void {
    this.#isUp = true;
    for (const error of this.#early.splice(0)) this.#onDeath(error);
  }

  explain(error: unknown, dataDir: string | undefined): unknown {
    const [death] = this.#early;
    if (death === undefined) return error;
    const cause = rootCause(death);
    return dataDir === undefined ? death : damaged(dataDir, `${death.message}: ${cause.message}`, death);
  }
}

function rootCause(error: Error): Error {
  return error.cause instanceof Error ? rootCause(error.cause) : error;
}

/** Both or none. */
async function startBoth(...starting: readonly [Promise<Emulator>, Promise<Emulator>]): Promise<[Emulator, Emulator]> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    await Promise.all(starting.map((one) => one.then((emulator) => emulator.stop()).catch(() => {})));
    throw error;
  }
}
