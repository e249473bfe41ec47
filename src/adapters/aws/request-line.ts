import { limiter } from '../parallel.ts';

/** Sockets to one service at a time: twice the requests of a worker that expands a range of 200 members. */
export const SOCKETS = 64;
/** The longest wait for a socket, in ms: a process that makes requests faster than they are answered would keep them without limit. */
export const WAIT_MS = 30_000;
/** The longest silence of a service, in ms, behind which requests still wait so long; and the longest wait after it. */
const SILENCE_MS = 5000;
const SILENT_WAIT_MS = 3000;

/** The requests to one service: so many as there are sockets are under way, and the rest wait in order for one. */
export class RequestLine {
  readonly #now: () => number;
  readonly #inTurn = limiter(SOCKETS);
  #waiting = 0;
  #answeredAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#answeredAt = now();
  }

  /**
   * Makes a request when its turn comes.
   *
   * @throws WaitTimeoutError, an error that the SDK does not try again, if it has waited too long
   */
  async run<Answer>(request: () => Promise<Answer>): Promise<Answer> {
    const since = this.#now();
    this.#waiting += 1;
    return this.#inTurn(async () => {
      this.#waiting -= 1;
      this.#mustBeInTime(since);
      const answer = await request();
      this.#answeredAt = this.#now();
      return answer;
    });
  }

  #mustBeInTime(since: number): void {
    const now = this.#now();
    const mostMs = now - this.#answeredAt < SILENCE_MS ? WAIT_MS : SILENT_WAIT_MS;
    if (now - since > mostMs) throw tooLong(now - since, this.#waiting);
  }
}

// --- internal ---

function tooLong(waitedMs: number, others: number): Error {
  const line = `${SOCKETS} requests of this process are under way, and ${others} more wait`;
  const error = new Error(`it has waited ${Math.round(waitedMs / 1000)} s for its turn: ${line}. Make fewer at once.`);
  return Object.assign(error, { name: 'WaitTimeoutError' });
}
