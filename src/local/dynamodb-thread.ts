/** The thread of DynamoDB: dynalite, in memory or in a LevelDB folder. It answers after the write, so its data survives `kill -9`. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { compact } from '../core/values/compact.ts';
import { closeIterators } from './dynalite-iterators.ts';
import { keepParsedExpressions } from './dynalite-parsers.ts';
import { sayWhatStands } from './dynalite-refusals.ts';
import type { EmulatorMessage, EmulatorSettings } from './emulator.ts';
import { guardServer } from './guard.ts';
import { answerTimeToLive } from './time-to-live.ts';

// The threads of this module are made by startEmulator, with these settings.
const { port, accessKey, dataDir } = workerData as EmulatorSettings;
const path = dataDir === undefined ? undefined : join(dataDir, 'dynamodb');

keepParsedExpressions();
sayWhatStands();
await closeIterators();
if (path !== undefined) await openOnce(path);
const server = dynalite(compact({ createTableMs: 0, path }));
answerTimeToLive(server);
guardServer(server, { accessKey, services: ['dynamodb'] });

// dynalite throws when a caller hangs up before its answer, as a killed sandbox does.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'ECONNRESET') throw error;
});

server.once('error', ({ code = '', message }: NodeJS.ErrnoException) => say({ code, message }));
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) say({ port: address.port });
});

// The only message is the one to stop. Closing the server closes its database.
parentPort?.once('message', () => {
  server.close(() => process.exit());
  server.closeAllConnections();
});

// --- internal ---

interface Database {
  open(): Promise<void>;
  close(): Promise<void>;
}

/** Opens and closes the database. dynalite opens it at the first request, and hides why it cannot. */
async function openOnce(folder: string): Promise<void> {
  // dynalite's own database package.
  const { Level } = createRequire(import.meta.resolve('dynalite'))('level') as {
    readonly Level: new (location: string) => Database;
  };
  const database = new Level(folder);
  await database.open();
  await database.close();
}

function say(message: EmulatorMessage): void {
  parentPort?.postMessage(message);
}
