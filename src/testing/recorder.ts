import { memberId } from '../core/protocol/ids.ts';
import type { Cell, Outcome } from '../core/protocol/outcome.ts';
import { isPlainObject } from '../core/values/json.ts';
import type { Json } from '../core/values/json.ts';
import type { Commit } from '../ports/outcomes.ts';
import type { Payloads } from '../ports/payloads.ts';
import type { Ports } from '../ports/ports.ts';
import { overriding } from './overriding.ts';
import { currentSandbox } from './sandbox.ts';

/** A message of one task, as it was sent. */
export interface SentTask {
  readonly mid: string;
  readonly attempt: number;
  /** The task that sent it; undefined if a client did. */
  readonly parent: string | undefined;
  /** Whether it was marked for its receiver to look first. */
  readonly again: boolean;
  /** The sandbox it was sent from, if from one, and whether it had been sent before: a forward keeps its nonce. */
  readonly from: object | undefined;
  readonly isForward: boolean;
  readonly args: readonly Json[];
  /** How many callbacks wait for its success, and for its failure. */
  readonly links: { readonly success: number; readonly failure: number };
}

/** The record of all messages and commits of a run, seen from below the engine. */
export class Recorder {
  readonly outcomes: Map<string, Outcome> = new Map();
  /** The attempt at which an outcome was decided, for the ids that a message of their own ran for. */
  readonly attempts: Map<string, number> = new Map();
  /** The work that was committed to run instead of a task, as JSON. */
  readonly replacements: string[] = [];
  /** The tasks that ran, or were to run, under each id. */
  readonly sent: Map<string, SentTask[]> = new Map();
  /** The ids that must end: those that were sent, and every member of each group with a part that was sent. */
  readonly begun: Set<string> = new Set();
  /** The starts that possible duplicates have counted, by id and attempt. */
  readonly starts: Map<string, Set<string>> = new Map();
  readonly problems: string[] = [];
  largest = 0;
  readonly #values = new Map<string, string>();
  /** Until when each outcome is kept at least, in epoch ms. */
  readonly #keptUntil = new Map<string, number>();

  /** The same ports, watched. */
  watch(ports: Ports): Ports {
    const { outcomes, broker, payloads, clock } = ports;
    return {
      ...ports,
      outcomes: overriding(outcomes, {
        commit: async (params) => {
          const standing = await outcomes.commit(params);
          await this.#saw(params, standing.cell, { payloads, now: clock.now() });
          return standing;
        },
        countStart: (params) => {
          const key = `${params.address.id}|${params.attempt}`;
          this.starts.set(key, (this.starts.get(key) ?? new Set()).add(params.token));
          return outcomes.countStart(params);
        },
      }),
      payloads: overriding(payloads, {
        putValue: async (params) => {
          const ref = await payloads.putValue(params);
          const before = this.#values.get(ref) ?? params.text;
          if (before !== params.text) this.problems.push(`the value kept under ${ref} changed`);
          this.#values.set(ref, params.text);
          return ref;
        },
      }),
      broker: overriding(broker, {
        send: (params) => {
          for (const { body } of params.messages) this.#sends(body);
          return broker.send(params);
        },
      }),
    };
  }

  /** Returns the text that was kept under a reference, also when its item has expired since; undefined if none was. */
  kept(ref: string): string | undefined {
    return this.#values.get(ref);
  }

  async #saw(decide: Commit, cell: Cell, { payloads, now }: Seen): Promise<void> {
    const { decision, by } = decide;
    const { outcome, next } = cell;
    this.#sawOutcome(decide, outcome, now);
    if (!('kind' in decision) || decision.kind !== 'replace') return;
    if (next?.token !== by.token || outcome !== undefined) return;
    const { plan } = decision;
    this.replacements.push('ref' in plan ? await payloads.getValue({ ref: plan.ref }) : JSON.stringify(plan));
  }

  #sawOutcome({ address: { id }, attempt, until }: Commit, outcome: Outcome | undefined, now: number): void {
    const before = this.outcomes.get(id);
    if (before === undefined) {
      if (outcome === undefined) return;
      this.outcomes.set(id, outcome);
      this.#keptUntil.set(id, until);
      if (Number.isFinite(attempt)) this.attempts.set(id, attempt);
      return;
    }
    // A message that comes behind the lifetime of an outcome can only fail, or find its workflow revoked.
    const isOver = now >= (this.#keptUntil.get(id) ?? 0) && (outcome?.state ?? 'SUCCESS') !== 'SUCCESS';
    if (!isOver && JSON.stringify(before) !== JSON.stringify(outcome))
      this.problems.push(`the outcome of ${id} changed`);
  }

  #sends(body: string): void {
    this.largest = Math.max(this.largest, body.length);
    // A call of a Python worker, and its answer, are messages of Celery in base64.
    const message: unknown = body.startsWith('{') ? JSON.parse(body) : undefined;
    if (!isPlainObject(message) || message['kind'] === 'revoke') return;
    this.#noteJoin(message['frames']);
    if (message['kind'] !== 'run' || !isPlainObject(message['sig'])) return;
    const { args } = message['sig'];
    const id = String(message['id']);
    this.begun.add(id);
    // It ends a window of calls, and runs no task.
    if (message['window'] !== undefined) return;
    const before = this.sent.get(id) ?? [];
    const mid = String(message['mid']);
    const sent = {
      mid,
      from: currentSandbox(),
      isForward: before.some((one) => one.mid === mid),
      attempt: Number(message['try']),
      parent: typeof message['parent'] === 'string' ? message['parent'] : undefined,
      again: message['again'] === true,
      args: Array.isArray(args) ? args : [],
      links: linksOf(message),
    };
    this.sent.set(id, [...before, sent]);
  }

  #noteJoin(frames: unknown): void {
    const inner: unknown = Array.isArray(frames) ? frames[0] : undefined;
    if (!isPlainObject(inner) || typeof inner['join'] !== 'string') return;
    for (let x = 0; x < Number(inner['n']); x += 1) this.begun.add(memberId(inner['join'], x));
  }
}

// --- internal ---

interface Seen {
  readonly payloads: Payloads;
  /** The true time, in epoch ms. */
  readonly now: number;
}

/** Counts a task's own callbacks, and those for a failure that it has from its group. */
function linksOf({ links, frames }: Readonly<Record<string, unknown>>): SentTask['links'] {
  const inner: unknown = Array.isArray(frames) ? frames[0] : undefined;
  const isMember = isPlainObject(inner) && 'join' in inner;
  return {
    success: kindsOf(links).filter((on) => on === 'success').length,
    failure:
      kindsOf(links).filter((on) => on !== 'success').length +
      (isMember ? kindsOf(inner['links']).filter((on) => on === 'failure').length : 0),
  };
}

function kindsOf(links: unknown): readonly unknown[] {
  return Array.isArray(links) ? links.map((link: unknown) => (isPlainObject(link) ? link['on'] : undefined)) : [];
}
