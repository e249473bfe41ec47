/** A thread that is SQS and S3: fauxqs, in memory or in a SQLite file. What it has answered is in the system's hands, and survives `kill -9`. */
import { parentPort, workerData } from 'node:worker_threads';
import { buildApp } from 'fauxqs';
import type { EmulatorMessage, EmulatorSettings } from './emulator.ts';
import { openStores } from './fauxqs-stores.ts';
import type { FauxqsStores } from './fauxqs-stores.ts';

/** What this thread is told beside its own protocol. */
export type SqsS3Command =
  | { readonly type: 'stop' }
  | {
      readonly type: 'return';
      readonly queueName: string;
      readonly receiptHandles: readonly string[];
      readonly afterMs: number;
    };

/** The largest object that S3 takes in one request. */
const OBJECT_BYTES = 5 * 1024 ** 3;

// Given by startEmulator.
const settings = workerData as EmulatorSettings;
await start(settings).catch((error: unknown) => {
  const { code = '', message }: NodeJS.ErrnoException = error instanceof Error ? error : new Error(String(error));
  say({ code, message });
});

// --- internal ---

async function start({ port, dataDir }: EmulatorSettings): Promise<void> {
  const fauxqs = await openStores(dataDir);
  const app = buildApp({ logger: false, stores: fauxqs.stores });
  // fauxqs lets a caller that has hung up wait on, and hands it the next message, which is then lost until its visibility ends.
  app.addHook('preHandler', async ({ headers, body }, { raw }) => {
    if (headers['x-amz-target'] !== 'AmazonSQS.ReceiveMessage') return;
    raw.once('close', () => {
      if (!raw.writableFinished) fauxqs.wakeReceivers(body);
    });
  });
  // fauxqs takes objects of up to 11 MiB.
  app.removeContentTypeParser('*');
  app.addContentTypeParser(
    '*',
    { parseAs: 'buffer', bodyLimit: OBJECT_BYTES },
    async (_: unknown, body: unknown) => body,
  );
  const address = new URL(await app.listen({ port, host: '127.0.0.1' }));
  fauxqs.moveTo(Number(address.port));
  parentPort?.on('message', (command: SqsS3Command) => void obey(command, fauxqs, () => app.close()));
  say({ port: Number(address.port) });
}

async function obey(command: SqsS3Command, fauxqs: FauxqsStores, closeServer: () => Promise<unknown>): Promise<void> {
  if (command.type === 'return') {
    return fauxqs.returnMessages(command.queueName, command.receiptHandles, command.afterMs);
  }
  await closeServer();
  fauxqs.close();
  process.exit();
}

function say(message: EmulatorMessage): void {
  parentPort?.postMessage(message);
}
