import { compact } from '../../core/values/compact.ts';
import type { Addressed } from '../../ports/outcomes.ts';
import type {
  AppendLedger,
  Bury,
  EndSubmission,
  OfSubmission,
  DeadLetter,
  DeleteDeadLetter,
  Gate,
  LettersSince,
  OpenSubmission,
  Progress,
  Purge,
  PutProgress,
  ReadLedger,
  Records,
  Reserve,
  Revoke,
  RevokedOf,
  SavedResult,
  SaveResult,
  SetRate,
  Submission,
} from '../../ports/records.ts';
import { inParallel } from '../parallel.ts';
import { number, readNumber, readText, text } from './attributes.ts';
import { daysBetween } from './keys.ts';
import {
  appendRequest,
  buryRequest,
  cancelSubmissionRequest,
  closeSubmissionRequest,
  exhumeRequest,
  GATE_KEY,
  gateOf,
  gateRequest,
  isOver,
  ledgerRequest,
  letterOf,
  lettersRequest,
  markRequest,
  marksRequest,
  openSubmissionRequest,
  submissionOf,
  progressKey,
  progressOf,
  purgeRequest,
  putRequest,
  rateLimitRequest,
  reserveNextRequest,
  reserveNowRequest,
  resultKey,
  submissionKey,
} from './records-requests.ts';
import { Table } from './table.ts';
import type { TableOptions } from './table.ts';

/** The smaller records in a DynamoDB table. */
export class AwsRecords implements Records {
  readonly #table: Table;
  /** Until when each task was last seen to be reserved: tells which of two writes will most likely hold. */
  readonly #reservedUntil = new Map<string, number>();

  /** Until when the gate is known to be up, or is being raised. */
  #raised: { readonly until: number; readonly done: Promise<void> } = { until: 0, done: Promise.resolve() };

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  async putProgress({ address, progress, until }: PutProgress): Promise<void> {
    const { state, meta, attempt, waits } = progress;
    const attributes = compact({
      s: text(state),
      m: text(meta),
      a: attempt === undefined ? undefined : number(attempt),
      k: waits && text(waits.key),
      w: waits && number(waits.since),
    });
    await this.#table.put(putRequest(this.#table.name, progressKey(address), attributes, until));
  }

  async getProgress({ address }: Addressed): Promise<Progress | undefined> {
    const item = await this.#table.get(progressKey(address), false);
    return item && progressOf(item);
  }

  async appendLedger(params: AppendLedger): Promise<void> {
    await this.#table.put(appendRequest(this.#table.name, params));
  }

  async readLedger({ key }: ReadLedger): Promise<readonly string[]> {
    const items = await this.#table.query(ledgerRequest(this.#table.name, key));
    return items.map((item) => readText(item, 'v') ?? '');
  }

  /** Writes the mark first: a reader that sees the gate finds it. */
  async revoke({ scope, until, gateUntil }: Revoke): Promise<void> {
    await this.#table.put(markRequest(this.#table.name, scope, until));
    await this.#raiseGate(gateUntil);
  }

  async gate(): Promise<Gate> {
    // An earlier release let the item expire with the gate.
    const { upUntil, rates, purges } = gateOf(await this.#table.getAny(GATE_KEY, false));
    if (upUntil > this.#raised.until) this.#raised = { until: upUntil, done: Promise.resolve() };
    return { upUntil: upUntil > this.#table.now() ? upUntil : 0, rates, purges };
  }

  async setRate(params: SetRate): Promise<void> {
    await this.#table.update(rateLimitRequest(this.#table.name, params));
  }

  async purge(params: Purge): Promise<void> {
    await this.#table.update(purgeRequest(this.#table.name, params));
  }

  async revoked({ workflows }: RevokedOf): Promise<readonly string[]> {
    const marks = await inParallel([...new Set(workflows)], PARALLEL_QUERIES, (workflow) =>
      this.#table.query(marksRequest(this.#table.name, workflow)),
    );
    return marks.flat().map((mark) => (readText(mark, 'sk') ?? '').slice(1));
  }

  async openSubmission(params: OpenSubmission): Promise<Submission> {
    const { key, workflow } = params;
    const request = openSubmissionRequest(this.#table.name, { ...params, now: this.#table.now() });
    for (;;) {
      const written = await this.#table.putOrFind(submissionKey(key), request);
      if ('item' in written) return { state: 'new', workflow };
      if (written.standing !== undefined) return submissionOf(written.standing, params);
    }
  }

  async submission({ key }: OfSubmission): Promise<Submission | undefined> {
    const standing = await this.#table.get(submissionKey(key), false);
    return standing === undefined || isOver(standing, this.#table.now()) ? undefined : submissionOf(standing, { key });
  }

  async closeSubmission(params: EndSubmission): Promise<void> {
    await this.#table.update(closeSubmissionRequest(this.#table.name, params));
  }

  async cancelSubmission(params: EndSubmission): Promise<void> {
    await this.#table.update(cancelSubmissionRequest(this.#table.name, { ...params, now: this.#table.now() }));
  }

  /** Two writes exclude each other, after the reserved time or from now on; `tat` only grows, so one of the first three holds. */
  async reserve({ task, slots, intervalMs, now }: Reserve): Promise<number> {
    const reservation = { task, spanMs: slots * intervalMs, now };
    for (let isBusy = (this.#reservedUntil.get(task) ?? 0) > now; ; isBusy = !isBusy) {
      const request = isBusy ? reserveNextRequest : reserveNowRequest;
      const written = await this.#table.update(request(this.#table.name, reservation));
      const reservedUntil = written && readNumber(written, 'tat');
      if (reservedUntil === undefined) continue;
      this.#reservedUntil.set(task, reservedUntil);
      return reservedUntil - reservation.spanMs;
    }
  }

  async bury({ letter, until }: Bury): Promise<void> {
    await this.#table.put(buryRequest(this.#table.name, letter, until));
  }

  async deadLetters({ since, now }: LettersSince): Promise<readonly DeadLetter[]> {
    const days = await inParallel(daysBetween(since, now), PARALLEL_QUERIES, (day) =>
      this.#table.query(lettersRequest(this.#table.name, day, since)),
    );
    return days.flat().map(letterOf);
  }

  async deleteDeadLetter({ letter }: DeleteDeadLetter): Promise<void> {
    await this.#table.remove(exhumeRequest(this.#table.name, letter));
  }

  async saveResult({ id, text: saved, until }: SaveResult): Promise<void> {
    await this.#table.put(putRequest(this.#table.name, resultKey(id), { v: text(saved) }, until));
  }

  async savedResult({ id }: SavedResult): Promise<string | undefined> {
    const item = await this.#table.get(resultKey(id), false);
    return item && readText(item, 'v');
  }

  /** Raises the gate, unless it is up for that long: it only ever rises. Revocations at one time share the write. */
  #raiseGate(until: number): Promise<void> {
    if (until <= this.#raised.until) return this.#raised.done;
    const before = this.#raised;
    const done = this.#table.update(gateRequest(this.#table.name, until)).then(
      () => undefined,
      (error: unknown) => {
        if (this.#raised.done === done) this.#raised = before;
        throw error;
      },
    );
    this.#raised = { until, done };
    return done;
  }
}

// --- internal ---

const PARALLEL_QUERIES = 16;
