import { freePort } from './free-port.ts';
import { installLocalStack } from './install.ts';
import type { InstallOptions } from './install.ts';
import { hasDocker, startLocalStackContainer } from './localstack-container.ts';
import { startLocalStackProcess } from './localstack-process.ts';

/** Options of {@link startLocalStack}. `dir` is only used where there is no Docker. */
export interface StartLocalStackOptions extends InstallOptions {
  /** Default: any that is free. */
  readonly port?: number;
}

/** A LocalStack that runs on this machine. */
export interface RunningLocalStack {
  readonly url: string;
  /** The official image, or a process of LocalStack that this package has installed. */
  readonly kind: 'container' | 'process';
  readonly stop: () => Promise<void>;
}

/**
 * Starts LocalStack: the official image where Docker runs, otherwise a process, which is installed first.
 *
 * @returns the running LocalStack, or the reason why this machine has none
 * @throws Error if it is there and does not start
 */
export async function startLocalStack({
  port: wanted,
  ...options
}: StartLocalStackOptions): Promise<RunningLocalStack | { readonly missing: string }> {
  const { dir, env, onProgress } = options;
  const port = wanted ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  if (await hasDocker(env)) {
    onProgress('Starting LocalStack in Docker');
    return { url, kind: 'container', ...(await startLocalStackContainer({ port, env })) };
  }
  const failure = await installLocalStack(options);
  if (failure !== undefined) return failure;
  onProgress('Starting LocalStack');
  return { url, kind: 'process', ...(await startLocalStackProcess({ dir, port, env })) };
}
