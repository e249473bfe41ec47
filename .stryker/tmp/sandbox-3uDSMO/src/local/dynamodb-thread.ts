/** A thread that is DynamoDB: dynalite, in memory or in a LevelDB folder. What it has answered is in the system's hands, and survives `kill -9`. */
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import dynalite from 'dynalite';
import { compact } from '../core/values/compact.ts';
import type { EmulatorMessage, EmulatorSettings } from './emulator.ts';

// Given by startEmulator.
const { port, dataDir } = workerData as EmulatorSettings;

const server = dynalite(
  compact({ createTableMs: 0, path: dataDir === undefined ? undefined : join(dataDir, 'dynamodb') }),
);

// dynalite throws when a caller hangs up before its answer, as a sandbox does that is killed.
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

function say(message: EmulatorMessage): void {
  parentPort?.postMessage(message);
}
