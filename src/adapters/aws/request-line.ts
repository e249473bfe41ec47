import { Line } from '../line.ts';

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
  readonly #waiting = new Line<Waiting>();
  #free = SOCKETS;
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
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve, reject) => this.#waiting.push({ since: this.#now(), resolve, reject }));
    try {
      const answer = await request();
      this.#answeredAt = this.#now();
      return answer;
    } finally {
      this.#passOn();
    }
  }

  /** Gives a free socket to the first request that has not waited too long. */
  #passOn(): void {
    const now = this.#now();
    const mostMs = now - this.#answeredAt < SILENCE_MS ? WAIT_MS : SILENT_WAIT_MS;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const waitedMs = now - next.since;
      if (waitedMs <= mostMs) return next.resolve();
      next.reject(tooLong(waitedMs, this.#waiting.length));
    }
    this.#free += 1;
  }
}

// --- internal ---

interface Waiting {
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function tooLong(waitedMs: number, others: number): Error {
  const line = `${SOCKETS} requests of this process are under way, and ${others} more wait`;
  const error = new Error(`it has waited ${Math.round(waitedMs / 1000)} s for its turn: ${line}. Make fewer at once.`);
  return Object.assign(error, { name: 'WaitTimeoutError' });
}
