import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { NodeHttpHandlerOptions } from '@smithy/node-http-handler';
import { RequestLine, SOCKETS } from './request-line.ts';

/** The limits for a connection to stand and for a silent service, in ms: many times the delay of AWS on a bad day. */
const CONNECTION_MS = 3000;
const SILENCE_MS = 5000;
/** How long connections may lie idle, in ms: as long as those of AWS's SDK for Java (`connectionMaxIdleTime`). */
const IDLE_MS = 60_000;
/** The part of a sandbox's time that is kept for the work after a request, and the least time of a request, in ms. */
const MARGIN_MS = 1500;
const LEAST_MS = 500;

/** The limits of a client whose answers somebody waits for at a terminal. Some of them take AWS seconds. */
export const COMMAND_LIMITS: NodeHttpHandlerOptions = {
  connectionTimeout: CONNECTION_MS,
  requestTimeout: 10_000,
  throwOnRequestTimeout: true,
};

/**
 * The tries of a client that operators use. The services that it asks allow an account only some calls a second, and other programs make
 * some of them.
 */
export const OPERATOR_TRIES = { maxAttempts: 6 } as const;

/**
 * Makes the one HTTP handler that all AWS clients of a process share. A request that takes too long ends with a `TimeoutError`, which
 * the SDK tries again and {@link calling} translates to `ServiceUnavailable`.
 *
 * At most 64 requests to one service are under way. The rest wait here, and not for a socket: the handler would count that wait as time
 * that a connection needs, and refuse requests of a healthy service.
 *
 * A function that Lambda has frozen for some time begins with new connections: AWS has closed the old ones, which the function may not
 * have heard, and a request could find one of them at each of its tries.
 *
 * @param leftMs the time that this sandbox has left, so that a service that hangs does not take the sandbox along.
 * @param now returns the time, in epoch ms: other clocks may stand still in a frozen sandbox.
 */
export function connections(leftMs: () => number, now: () => number = Date.now): NodeHttpHandler {
  return new BoundedHandler(leftMs, now);
}

// --- internal ---

class BoundedHandler extends NodeHttpHandler {
  readonly #leftMs: () => number;
  readonly #now: () => number;
  readonly #lines = new Map<string, RequestLine>();
  #usedAt: number;

  constructor(leftMs: () => number, now: () => number) {
    super({
      httpAgent: { maxSockets: SOCKETS },
      httpsAgent: { maxSockets: SOCKETS },
      connectionTimeout: CONNECTION_MS,
      socketTimeout: SILENCE_MS,
      throwOnRequestTimeout: true,
    });
    this.#leftMs = leftMs;
    this.#now = now;
    this.#usedAt = now();
  }

  override handle(
    request: Parameters<NodeHttpHandler['handle']>[0],
    options: Parameters<NodeHttpHandler['handle']>[1] = {},
  ): ReturnType<NodeHttpHandler['handle']> {
    const now = this.#now();
    if (now - this.#usedAt > IDLE_MS) this.#closeIdle();
    this.#usedAt = now;
    return this.#lineTo(`${request.hostname}:${request.port ?? ''}`).run(() => {
      const leftMs = this.#leftMs();
      const limit = Number.isFinite(leftMs) ? { requestTimeout: Math.max(LEAST_MS, leftMs - MARGIN_MS) } : {};
      return super.handle(request, { ...limit, ...options });
    });
  }

  #lineTo(host: string): RequestLine {
    const line = this.#lines.get(host) ?? new RequestLine(this.#now);
    this.#lines.set(host, line);
    return line;
  }

  #closeIdle(): void {
    const { httpAgent, httpsAgent } = this.httpHandlerConfigs();
    for (const agent of [httpAgent, httpsAgent])
      if (agent !== undefined && 'freeSockets' in agent)
        for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
  }
}
