import type { Project } from '../deploy/project.ts';
import { openDataFolder } from './data-folder.ts';
import { startEmulator } from './emulator.ts';
import type { Emulator } from './emulator.ts';
import { endpointEnvironment } from './endpoints.ts';
import type { Endpoints } from './endpoints.ts';
import { makeAccessKey } from './guard.ts';
import { createResources } from './resources.ts';
import type { SqsS3Command } from './sqs-s3-thread.ts';

/** Fixed ports. Default: any free ports. */
export interface CloudPorts {
  readonly sqsS3?: number;
  readonly dynamodb?: number;
  readonly lambda?: number;
  readonly scheduler?: number;
}

/** The options of {@link startCloud}. */
export interface CloudOptions {
  readonly project: Project;
  /** A folder for the data of the cloud. It is made if missing, and used by one process at a time. Default: memory. */
  readonly dataDir?: string;
  readonly ports?: CloudPorts;
  /** The access key that it accepts. Default: a new secret. */
  readonly accessKey?: string;
}

/** SQS, S3 and DynamoDB, in this process. */
export interface Cloud {
  readonly endpoints: Endpoints;
  /** Resolves with the reason if an emulator ends by itself. The cloud cannot be used then. */
  readonly died: Promise<Error>;
  /** The environment that a function or a caller needs to use this cloud and the project in it. */
  readonly env: Readonly<Record<string, string>>;
  /** Makes the resources that a changed project has in addition. */
  update(project: Project): Promise<void>;
  /**
   * Makes messages of a failed batch visible again after `afterMs`. On AWS they wait for the queue's visibility timeout. Messages that were
   * deleted, or whose visibility the handler has changed itself, stay as they are.
   */
  returnMessages(queueName: string, receiptHandles: readonly string[], afterMs: number): void;
  /** Stops the emulators. The data in a folder is complete then. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded cloud: fauxqs (SQS, S3) and dynalite (DynamoDB), each in its own thread, with the project's table, bucket and queues. It listens on the loopback interface only, and answers only requests that are signed with its access key.
 *
 * @throws ConfigurationError if a port cannot be used, or the data folder cannot be used
 *
 * @example
 * const cloud = await startCloud({ project });
 * Object.assign(process.env, cloud.env);
 * await cloud.stop();
 */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { project, dataDir, ports = {}, accessKey = makeAccessKey() } = options;
  const shared = { accessKey, ...(dataDir !== undefined && { dataDir }) };
  if (dataDir !== undefined) await openDataFolder(dataDir);
  const [sqsS3, dynamodb] = await startBoth(
    startEmulator('sqs-s3', { port: ports.sqsS3 ?? 0, ...shared }),
    startEmulator('dynamodb', { port: ports.dynamodb ?? 0, ...shared }),
  );
  const stop = async (): Promise<void> => {
    await Promise.all([sqsS3.stop(), dynamodb.stop()]);
  };
  const died = Promise.race([sqsS3.died, dynamodb.died]);
  const endpoints = { sqsS3: sqsS3.url, dynamodb: dynamodb.url, accessKey };
  try {
    await Promise.race([createResources(project, endpoints), died.then((error) => Promise.reject(error))]);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    endpoints,
    died,
    env: { ...endpointEnvironment(endpoints), ...project.environment },
    update: (changed) => createResources(changed, endpoints),
    returnMessages: (queueName, receiptHandles, afterMs) => {
      sqsS3.post({ type: 'return', queueName, receiptHandles, afterMs } satisfies SqsS3Command);
    },
    stop,
  };
}

// --- internal ---

/** Waits for both. If one fails, stops the other. */
async function startBoth(...starting: readonly [Promise<Emulator>, Promise<Emulator>]): Promise<[Emulator, Emulator]> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    await Promise.all(starting.map((one) => one.then((emulator) => emulator.stop()).catch(() => {})));
    throw error;
  }
}
