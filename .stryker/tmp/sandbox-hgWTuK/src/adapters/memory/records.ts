import type { Address } from '../../core/protocol/address.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import type { DeadLetter, Progress, Records } from '../../ports/records.ts';
import type { Clock } from '../../ports/system.ts';
import { ExpiringMap } from './expiring-map.ts';
import { frozenCopy } from './frozen-copy.ts';

/** The smaller records in memory. */
export class MemoryRecords implements Records {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #progress: ExpiringMap<Progress>;
  readonly #ledgers = new Map<string, ExpiringMap<Entry>>();
  readonly #marks = new Map<string, ExpiringMap<string>>();
  #gate = 0;
  readonly #submissions: ExpiringMap<{ sent: boolean }>;
  readonly #nextSlots = new Map<string, number>();
  readonly #deadLetters: ExpiringMap<DeadLetter>;
  readonly #results: ExpiringMap<string>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
    this.#progress = new ExpiringMap(clock);
    this.#submissions = new ExpiringMap(clock);
    this.#deadLetters = new ExpiringMap(clock);
    this.#results = new ExpiringMap(clock);
  }

  async putProgress(params: {
    readonly address: Address;
    readonly progress: Progress;
    readonly until: number;
  }): Promise<void> {
    this.#progress.set(params.address.id, frozenCopy(params.progress), params.until);
  }

  async getProgress({ address }: { readonly address: Address }): Promise<Progress | undefined> {
    return this.#progress.get(address.id);
  }

  /** The ids that have told their readers something, and until when that is kept. */
  begun(): readonly { readonly id: string; readonly until: number }[] {
    return this.#progress.entries().map(({ key: id, until }) => ({ id, until }));
  }

  /** The workflows whose submission was noted, and until when that is kept. */
  submitted(): readonly { readonly id: string; readonly until: number }[] {
    return this.#submissions.entries().map(({ key: id, until }) => ({ id, until }));
  }

  async appendLedger(params: {
    readonly key: string;
    readonly at: number;
    readonly nonce: string;
    readonly text: string;
    readonly until: number;
  }): Promise<void> {
    const { key, at, nonce, text, until } = params;
    group(this.#ledgers, key, this.#clock).set(`${at}#${nonce}`, { at, nonce, text }, until);
  }

  async readLedger({ key }: { readonly key: string }): Promise<readonly string[]> {
    const entries = this.#ledgers.get(key)?.values() ?? [];
    return entries.toSorted((a, b) => a.at - b.at || compare(a.nonce, b.nonce)).map(({ text }) => text);
  }

  async revoke(params: { readonly scope: string; readonly until: number; readonly gateUntil: number }): Promise<void> {
    const { scope, until, gateUntil } = params;
    group(this.#marks, workflowOf(scope), this.#clock).set(scope, scope, until);
    this.#gate = Math.max(this.#gate, gateUntil);
  }

  async gate(): Promise<number> {
    return this.#gate > this.#clock.now() ? this.#gate : 0;
  }

  async revoked({ workflows }: { readonly workflows: readonly string[] }): Promise<readonly string[]> {
    return [...new Set(workflows)].flatMap((workflow) => this.#marks.get(workflow)?.values() ?? []);
  }

  async openSubmission(params: {
    readonly workflow: string;
    readonly until: number;
  }): Promise<'new' | 'unsent' | 'sent'> {
    const submission = this.#submissions.get(params.workflow);
    if (submission !== undefined) return submission.sent ? 'sent' : 'unsent';
    this.#submissions.set(params.workflow, { sent: false }, params.until);
    return 'new';
  }

  async closeSubmission({ workflow }: { readonly workflow: string }): Promise<void> {
    const submission = this.#submissions.get(workflow);
    if (submission !== undefined) submission.sent = true;
  }

  async reserve(params: {
    readonly task: string;
    readonly slots: number;
    readonly intervalMs: number;
    readonly now: number;
  }): Promise<number> {
    const first = Math.max(params.now, this.#nextSlots.get(params.task) ?? 0);
    this.#nextSlots.set(params.task, first + params.slots * params.intervalMs);
    return first;
  }

  async bury({ letter, until }: { readonly letter: DeadLetter; readonly until: number }): Promise<void> {
    this.#deadLetters.set(nameOf(letter), frozenCopy(letter), until);
  }

  async deadLetters({ since }: { readonly since: number; readonly now: number }): Promise<readonly DeadLetter[]> {
    const letters = this.#deadLetters.values().filter(({ at }) => at >= since);
    return letters.toSorted((a, b) => a.at - b.at || compare(a.id, b.id));
  }

  async deleteDeadLetter({ letter }: { readonly letter: DeadLetter }): Promise<void> {
    this.#deadLetters.delete(nameOf(letter));
  }

  async saveResult(params: { readonly id: string; readonly text: string; readonly until: number }): Promise<void> {
    this.#results.set(params.id, params.text, params.until);
  }

  async savedResult({ id }: { readonly id: string }): Promise<string | undefined> {
    return this.#results.get(id);
  }
}

// --- internal ---

interface Entry {
  readonly at: number;
  readonly nonce: string;
  readonly text: string;
}

function group<Value>(
  groups: Map<string, ExpiringMap<Value>>,
  key: string,
  clock: Pick<Clock, 'now'>,
): ExpiringMap<Value> {
  const existing = groups.get(key);
  if (existing !== undefined) return existing;
  const added = new ExpiringMap<Value>(clock);
  groups.set(key, added);
  return added;
}

function nameOf({ at, id }: DeadLetter): string {
  return `${at}#${id}`;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
