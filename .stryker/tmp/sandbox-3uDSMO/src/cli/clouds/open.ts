import { onInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import type { OpenCloud, Purpose } from './cloud.ts';
import type { CloudOptions } from './options.ts';

/** Opens a cloud, does some work with it and closes it, also when the user interrupts the command. */
export async function withCloud(
  options: CloudOptions,
  purpose: Purpose,
  output: Output,
  work: (cloud: OpenCloud) => Promise<number>,
): Promise<number> {
  const opening = open(options, purpose, output);
  const listening = onInterrupt(async () => (await opening).close());
  try {
    const cloud = await opening;
    try {
      return await work(cloud);
    } finally {
      await cloud.close();
    }
  } finally {
    listening.end();
  }
}

// --- internal ---

async function open(options: CloudOptions, purpose: Purpose, output: Output): Promise<OpenCloud> {
  switch (options.kind) {
    case 'local':
      return (await import('./local.ts')).openLocalCloud(options, output);
    case 'memory':
      return (await import('./memory.ts')).openMemoryCloud(options, output);
    case 'environment':
      return (await import('./environment.ts')).openEnvironmentCloud(options, purpose);
  }
}
