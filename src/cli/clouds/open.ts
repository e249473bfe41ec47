import { interrupted, onInterrupt } from '../interrupt.ts';
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
    return await workWith(await opening, work);
  } finally {
    listening.end();
  }
}

/** The same for work that goes on until the user interrupts it: that is its end, and no failure. */
export async function withCloudUntilInterrupted(
  options: CloudOptions,
  purpose: Purpose,
  output: Output,
  work: (cloud: OpenCloud, ended: Promise<void>) => Promise<number>,
): Promise<number> {
  const ended = interrupted();
  return workWith(await open(options, purpose, output), (cloud) => work(cloud, ended));
}

// --- internal ---

async function workWith(cloud: OpenCloud, work: (cloud: OpenCloud) => Promise<number>): Promise<number> {
  try {
    return await Promise.race([
      work(cloud),
      ...(cloud.died === undefined ? [] : [cloud.died.then((error) => Promise.reject(error))]),
    ]);
  } finally {
    await cloud.close();
  }
}

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
