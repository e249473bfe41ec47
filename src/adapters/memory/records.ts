import { workflowOf } from '../../core/protocol/ids.ts';
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
  readonly #rates = new Map<string, string>();
  readonly #purgedTasks = new Map<string, number>();
  readonly #purgedQueues = new Map<string, number>();
  readonly #submissions: ExpiringMap<Noted>;
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

  async putProgress({ address, progress, until }: PutProgress): Promise<void> {
    this.#progress.set(address.id, frozenCopy(progress), until);
  }

  async getProgress({ address }: Addressed): Promise<Progress | undefined> {
    return this.#progress.get(address.id);
  }

  /** The ids that have told their readers something, and until when that is kept. */
  begun(): readonly { readonly id: string; readonly until: number }[] {
    return this.#progress.entries().map(({ key: id, until }) => ({ id, until }));
  }

  /** The workflows whose submission was noted, and until when that is kept. */
  submitted(): readonly { readonly id: string; readonly until: number }[] {
    return this.#submissions.entries().map(({ value: { workflow: id }, until }) => ({ id, until }));
  }

  async appendLedger({ key, at, nonce, text, until }: AppendLedger): Promise<void> {
    group(this.#ledgers, key, this.#clock).set(`${at}#${nonce}`, { at, nonce, text }, until);
  }

  async readLedger({ key }: ReadLedger): Promise<readonly string[]> {
    const entries = this.#ledgers.get(key)?.values() ?? [];
    return entries.toSorted((a, b) => a.at - b.at || compare(a.nonce, b.nonce)).map(({ text }) => text);
  }

  async revoke({ scope, until, gateUntil }: Revoke): Promise<void> {
    const marks = group(this.#marks, workflowOf(scope), this.#clock);
    const standing = marks.entries().find(({ key }) => key === scope)?.until ?? 0;
    marks.set(scope, scope, Math.max(standing, until));
    this.#gate = Math.max(this.#gate, gateUntil);
  }

  async gate(): Promise<Gate> {
    const upUntil = this.#gate > this.#clock.now() ? this.#gate : 0;
    const purges = { tasks: Object.fromEntries(this.#purgedTasks), queues: Object.fromEntries(this.#purgedQueues) };
    return { upUntil, rates: Object.fromEntries(this.#rates), purges };
  }

  async setRate({ task, limit }: SetRate): Promise<void> {
    if (limit === null) this.#rates.delete(task);
    else this.#rates.set(task, limit);
  }

  async purge(params: Purge): Promise<void> {
    const [marks, name] = 'task' in params ? [this.#purgedTasks, params.task] : [this.#purgedQueues, params.queue];
    marks.set(name, Math.max(params.before, marks.get(name) ?? 0));
  }

  async revoked({ workflows }: RevokedOf): Promise<readonly string[]> {
    return [...new Set(workflows)].flatMap((workflow) => this.#marks.get(workflow)?.values() ?? []);
  }

  async openSubmission({ key, workflow, digest, until, message }: OpenSubmission): Promise<Submission> {
    const standing = this.#submissions.get(key);
    if (standing === undefined) {
      this.#submissions.set(key, { sent: false, digest, workflow, ...compact({ message }) }, until);
      return { state: 'new', workflow, ...compact({ message }) };
    }
    return standing.digest === digest ? noted(standing) : { state: 'other', workflow: standing.workflow };
  }

  async submission({ key }: OfSubmission): Promise<Submission | undefined> {
    const standing = this.#submissions.get(key);
    return standing && noted(standing);
  }

  async closeSubmission({ key, workflow }: EndSubmission): Promise<void> {
    const submission = this.#submissions.get(key);
    if (submission?.workflow === workflow) submission.sent = true;
  }

  async cancelSubmission({ key, workflow }: EndSubmission): Promise<void> {
    const submission = this.#submissions.get(key);
    if (submission?.workflow === workflow && !submission.sent) this.#submissions.delete(key);
  }

  async reserve({ task, slots, intervalMs, now }: Reserve): Promise<number> {
    const first = Math.max(now, this.#nextSlots.get(task) ?? 0);
    this.#nextSlots.set(task, first + slots * intervalMs);
    return first;
  }

  async bury({ letter, until }: Bury): Promise<void> {
    this.#deadLetters.set(nameOf(letter), frozenCopy(letter), until);
  }

  async deadLetters({ since }: LettersSince): Promise<readonly DeadLetter[]> {
    const letters = this.#deadLetters.values().filter(({ at }) => at >= since);
    return letters.toSorted((a, b) => a.at - b.at || compare(a.id, b.id));
  }

  async deleteDeadLetter({ letter }: DeleteDeadLetter): Promise<void> {
    this.#deadLetters.delete(nameOf(letter));
  }

  async saveResult({ id, text, until }: SaveResult): Promise<void> {
    this.#results.set(id, text, until);
  }

  async savedResult({ id }: SavedResult): Promise<string | undefined> {
    return this.#results.get(id);
  }
}

// --- internal ---

interface Noted {
  sent: boolean;
  readonly digest: string;
  readonly workflow: string;
  readonly message?: string;
}

function noted({ sent, workflow, message }: Noted): Submission {
  return { state: sent ? 'sent' : 'unsent', workflow, ...compact({ message }) };
}

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
