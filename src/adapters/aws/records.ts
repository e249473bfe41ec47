import type { Address } from '../../core/protocol/address.ts';
import type { DeadLetter, Progress, Records, Submission } from '../../ports/records.ts';
import { readNumber, readText, text } from './attributes.ts';
import { inParallel } from './backoff.ts';
import {
  appendRequest,
  buryRequest,
  closeSubmissionRequest,
  daysBetween,
  exhumeRequest,
  GATE_KEY,
  gateOf,
  gateRequest,
  ledgerRequest,
  letterOf,
  lettersRequest,
  markRequest,
  marksRequest,
  openSubmissionRequest,
  progressKey,
  putRequest,
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

  constructor(options: TableOptions) {
    this.#table = new Table(options);
  }

  async putProgress(params: {
    readonly address: Address;
    readonly progress: Progress;
    readonly until: number;
  }): Promise<void> {
    const { address, progress, until } = params;
    const attributes = { s: text(progress.state), m: text(progress.meta) };
    await this.#table.put(putRequest(this.#table.name, progressKey(address), attributes, until));
  }

  async getProgress({ address }: { readonly address: Address }): Promise<Progress | undefined> {
    const item = await this.#table.get(progressKey(address), false);
    return item && { state: readText(item, 's') ?? '', meta: readText(item, 'm') ?? '' };
  }

  async appendLedger(params: {
    readonly key: string;
    readonly at: number;
    readonly nonce: string;
    readonly text: string;
    readonly until: number;
  }): Promise<void> {
    await this.#table.put(appendRequest(this.#table.name, { ...params, value: params.text }));
  }

  async readLedger({ key }: { readonly key: string }): Promise<readonly string[]> {
    const items = await this.#table.query(ledgerRequest(this.#table.name, key));
    return items.map((item) => readText(item, 'v') ?? '');
  }

  /** Writes the mark first: a reader that sees the gate finds it. */
  async revoke(params: { readonly scope: string; readonly until: number; readonly gateUntil: number }): Promise<void> {
    await this.#table.put(markRequest(this.#table.name, params.scope, params.until));
    await this.#table.update(gateRequest(this.#table.name, params.gateUntil));
  }

  async gate(): Promise<number> {
    const until = gateOf(await this.#table.get(GATE_KEY, false));
    return until > this.#table.now() ? until : 0;
  }

  async revoked({ workflows }: { readonly workflows: readonly string[] }): Promise<readonly string[]> {
    const marks = await inParallel([...new Set(workflows)], PARALLEL_QUERIES, (workflow) =>
      this.#table.query(marksRequest(this.#table.name, workflow)),
    );
    return marks.flat().map((mark) => (readText(mark, 'sk') ?? '').slice(1));
  }

  async openSubmission(params: {
    readonly workflow: string;
    readonly digest: string;
    readonly until: number;
  }): Promise<Submission> {
    const request = openSubmissionRequest(this.#table.name, { ...params, now: this.#table.now() });
    if (await this.#table.put(request)) return 'new';
    const standing = await this.#table.getAny(submissionKey(params.workflow), true);
    // One that an earlier release wrote has no digest.
    const digest = standing === undefined ? undefined : readText(standing, 'g');
    if (digest !== undefined && digest !== params.digest) return 'other';
    return standing?.['s']?.BOOL === true ? 'sent' : 'unsent';
  }

  async closeSubmission({ workflow }: { readonly workflow: string }): Promise<void> {
    await this.#table.update(closeSubmissionRequest(this.#table.name, workflow));
  }

  /** Two writes exclude each other, after what is reserved or from now on; `tat` only grows, so one of the first three holds. */
  async reserve(params: {
    readonly task: string;
    readonly slots: number;
    readonly intervalMs: number;
    readonly now: number;
  }): Promise<number> {
    const { task, slots, intervalMs, now } = params;
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

  async bury({ letter, until }: { readonly letter: DeadLetter; readonly until: number }): Promise<void> {
    await this.#table.put(buryRequest(this.#table.name, letter, until));
  }

  async deadLetters(params: { readonly since: number; readonly now: number }): Promise<readonly DeadLetter[]> {
    const days = await inParallel(daysBetween(params.since, params.now), PARALLEL_QUERIES, (day) =>
      this.#table.query(lettersRequest(this.#table.name, day, params.since)),
    );
    return days.flat().map(letterOf);
  }

  async deleteDeadLetter({ letter }: { readonly letter: DeadLetter }): Promise<void> {
    await this.#table.remove(exhumeRequest(this.#table.name, letter));
  }

  async saveResult(params: { readonly id: string; readonly text: string; readonly until: number }): Promise<void> {
    const attributes = { v: text(params.text) };
    await this.#table.put(putRequest(this.#table.name, resultKey(params.id), attributes, params.until));
  }

  async savedResult({ id }: { readonly id: string }): Promise<string | undefined> {
    const item = await this.#table.get(resultKey(id), false);
    return item && readText(item, 'v');
  }
}

// --- internal ---

const PARALLEL_QUERIES = 16;
