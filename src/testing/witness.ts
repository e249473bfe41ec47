import { isPlainObject } from '../../src/core/json.ts';
import type { Cell, Outcome } from '../../src/core/outcome.ts';
import type { Decide } from '../../src/ports/outcomes.ts';
import type { Ports } from '../../src/ports/ports.ts';

/** What was sent and committed in a run, seen from below the engine. */
export class Witness {
  readonly outcomes = new Map<string, Outcome>();
  /** What was committed to run instead of a task, as JSON. */
  readonly replacements: string[] = [];
  /** The tasks that ran, or were to run, under each id, latest attempt last. */
  readonly sent = new Map<string, { readonly n: number; readonly attempt: number }[]>();
  readonly problems: string[] = [];
  largest = 0;

  /** The same ports, watched. */
  watch(ports: Ports): Ports {
    const { outcomes, broker, payloads } = ports;
    return {
      ...ports,
      outcomes: Object.assign(Object.create(outcomes) as typeof outcomes, {
        decide: async (params: Decide) => {
          const standing = await outcomes.decide(params);
          await this.#saw(params, standing.cell, payloads);
          return standing;
        },
        begin: outcomes.begin.bind(outcomes),
        claim: outcomes.claim.bind(outcomes),
        look: outcomes.look.bind(outcomes),
        climb: outcomes.climb.bind(outcomes),
        gather: outcomes.gather.bind(outcomes),
        find: outcomes.find.bind(outcomes),
        forget: outcomes.forget.bind(outcomes),
      }),
      broker: {
        send: (params) => {
          for (const { body } of params.messages) this.#sends(body);
          return broker.send(params);
        },
        deadLetter: (params) => broker.deadLetter(params),
      },
    };
  }

  /** The task that an id stood for last. */
  taskAt(id: string): number | undefined {
    return this.sent
      .get(id)
      ?.toSorted((a, b) => a.attempt - b.attempt)
      .at(-1)?.n;
  }

  async #saw({ address, decision, by }: Decide, { outcome, next }: Cell, payloads: Ports['payloads']): Promise<void> {
    const before = this.outcomes.get(address.id);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(outcome))
      this.problems.push(`the outcome of ${address.id} changed`);
    if (before === undefined && outcome !== undefined) this.outcomes.set(address.id, outcome);
    if (!('turn' in decision) || decision.turn !== 'replace') return;
    if (next?.token !== by.token || outcome !== undefined) return;
    const { plan } = decision;
    this.replacements.push('ref' in plan ? await payloads.getValue({ ref: plan.ref }) : JSON.stringify(plan));
  }

  #sends(body: string): void {
    this.largest = Math.max(this.largest, body.length);
    const message: unknown = JSON.parse(body);
    if (!isPlainObject(message) || message['kind'] !== 'run' || !isPlainObject(message['sig'])) return;
    const { args } = message['sig'];
    const spec: unknown = Array.isArray(args) ? args.at(-1) : undefined;
    const n = isPlainObject(spec) && typeof spec['n'] === 'number' ? spec['n'] : -1;
    const id = String(message['id']);
    this.sent.set(id, [...(this.sent.get(id) ?? []), { n, attempt: Number(message['try']) }]);
  }
}
