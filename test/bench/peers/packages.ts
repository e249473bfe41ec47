import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A package of the folder that `npm run bench:peers` has installed its peers into. */
export function peer(name: string): string {
  return createRequire(join(peersFolder, 'package.json')).resolve(name);
}

/** Where Redis is. */
export const { PEERS_REDIS: redisUrl = '' } = process.env;

// --- internal ---

const { PEERS_FOLDER: peersFolder = '' } = process.env;
