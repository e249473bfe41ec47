import type { AppParts } from '../client/app.ts';
import type { CloudOptions } from './cloud-options.ts';
import { onInterrupt } from './interrupt.ts';
import type { Output } from './output.ts';

/** A cloud that a command talks to, by an app that knows no task's code: where a task's messages go, the routes say. */
export interface OpenCloud extends AppParts {
  /** Whether it ends with this command, and all that it has not done with it. */
  readonly isEmbedded: boolean;
  /** Waits until nothing is queued, delayed or being worked on, or the limit is reached; on a cloud that is not embedded, for nothing. */
  readonly untilIdle: (limitMs?: number) => Promise<void>;
  close(): Promise<void>;
}

/** What a command needs of its cloud: to send, it must know each task's queue. */
export type Purpose = 'send' | 'read';

/** Does something with a cloud, which is closed afterwards, also when the user interrupts it. */
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
      return (await import('./local-cloud.ts')).openLocalCloud(options, output);
    case 'memory':
      return (await import('./memory-cloud.ts')).openMemoryCloud(options, output);
    case 'environment':
      return (await import('./environment-cloud.ts')).openEnvironmentCloud(options, purpose);
  }
}
