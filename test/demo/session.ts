import type { AnySignature, AsyncResult } from 'chordal';
import { codeOf } from './report.ts';
import type { Report } from './report.ts';

/** A section: lines of code that are shown, run and checked. */
export class Session {
  readonly #report: Report;
  readonly #loggedBy: (taskId: string) => Promise<string>;

  /** @param loggedBy the first line that the run of a task has logged. */
  constructor(report: Report, loggedBy: (taskId: string) => Promise<string>) {
    this.#report = report;
    this.#loggedBy = loggedBy;
  }

  /** Runs a section; if it throws, the next one can still run. */
  async section(title: string, steps: (session: this) => Promise<void>): Promise<void> {
    this.#report.section(title);
    try {
      await steps(this);
    } catch (error) {
      this.#report.failure(error);
    }
  }

  /** A signature: shows how it prints. */
  signature<S extends AnySignature>(name: string, make: () => S, printed: string): S {
    this.#report.code(`const ${name} = ${codeOf(make)}`);
    const signature = make();
    this.#report.check('prints', String(signature), printed);
    return signature;
  }

  /** Sends a call to a worker, and waits for its value. */
  async sent<R extends AsyncResult<unknown>>(call: () => Promise<R>, expected: ValueOf<R>): Promise<R> {
    this.#report.code(`const result = await ${codeOf(call)}`);
    const result = await call();
    this.#report.fact('id', result.taskId);
    this.#report.fact('state', await result.state());
    this.#report.check('get()', await result.get({ timeout: TIMEOUT_SECONDS }), expected);
    this.#report.check('state', await result.state(), 'SUCCESS');
    return result;
  }

  /** Calls something in this process. */
  async called<T>(call: () => Promise<T>, expected: T): Promise<void> {
    this.#report.code(`await ${codeOf(call)}`);
    this.#report.check('returns', await call(), expected);
  }

  /** Reads something of a result. */
  read<T>(expression: () => T, expected: T): void {
    this.#report.code(codeOf(expression));
    this.#report.check('is', expression(), expected);
  }

  /** The handles of a group's members. */
  handles(results: readonly AsyncResult<unknown>[], count: number): void {
    this.#report.code('result.results');
    this.#report.fact('is', `[${results.map(({ taskId }) => `<AsyncResult: ${taskId}>`).join(',\n ')}]`);
    this.#report.check('length', results.length, count);
  }

  /** The lines that a worker has logged during a task. */
  async logged({ taskId }: AsyncResult<unknown>, expected: string): Promise<void> {
    this.#report.check('its log', await this.#loggedBy(taskId), expected);
  }

  note(text: string): void {
    this.#report.fact('', text);
  }
}

// --- internal ---

/** Far more than any of it needs, so that a demo ends. */
const TIMEOUT_SECONDS = 30;

type ValueOf<R> = R extends AsyncResult<infer T> ? T : never;
