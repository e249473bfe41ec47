import type { Faults } from '../../src/testing/faults.ts';
import { always, argument, assigns, becomes, drop, dropOperand, never } from './edits.ts';
import type { Edit } from './edits.ts';
import { plainTask } from './specs.ts';
import type { Feature, Spec, TaskSpec } from './specs.ts';

/** A place in the source, as it stands and as the defect has it. */
export interface TextEdit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A plausible mistake in the worker, the core or the store, which the simulation has to see. */
export interface Defect {
  readonly name: string;
  readonly edits: readonly (Edit | TextEdit)[];
  readonly features: readonly Feature[];
  readonly faults: 'none' | 'mild' | 'heavy' | Partial<Faults>;
  /** Instead of canvases that are drawn. */
  readonly spec?: Spec;
  /** What the checker must say of it. */
  readonly seen: RegExp | 'amplification';
}

const COMMIT = 'src/worker/commit.ts';
const DELIVERY = 'src/core/protocol/delivery.ts';
const DELIVER = 'src/worker/deliver.ts';

/** Messages come back though they were acknowledged, and nothing else goes wrong. */
const LOST_ACKS = { lostAck: 0.4 };
/** A group whose first member fails its id while the others may not have been sent. */
const FAILING_GROUP: Spec = { t: 'group', members: [{ ...plainTask(2), fails: true }, plainTask(3), plainTask(4)] };
/** What kills its sandbox, behind a task, a delay or a wide group: it may be begun four times, whatever comes back. */
const POISON: TaskSpec = { ...plainTask(9), poison: true };

function emptyIn(): Spec {
  return { t: 'chord', header: [], body: { t: 'group', members: [] }, collect: false };
}

/** How many seeds a defect may hide from. */
export const SEEDS = 2000;

export const DEFECTS: readonly Defect[] = [
  {
    name: 'losers continue too',
    edits: [
      {
        file: DELIVERY,
        from: "    case 'otherMessage':\n      return { kind: 'end', disposition: ACK };",
        to: "    case 'otherMessage':\n      return { kind: 'continue', isResumed: false };",
      },
      { file: DELIVERY, from: 'return outcome?.mid === mid ? outcome : undefined;', to: 'return outcome;' },
      dropOperand('only-the-owner-continues', 1),
    ],
    features: ['plain'],
    faults: 'mild',
    seen: 'amplification',
  },
  {
    name: 'a loser to its own message acknowledges',
    edits: [
      {
        file: DELIVERY,
        from: "    case 'undecided':\n      return { kind: 'end', disposition: RETURN };",
        to: "    case 'undecided':\n      return { kind: 'end', disposition: ACK };",
      },
    ],
    features: ['plain', 'fail'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a node counts its children instead of naming them',
    edits: [always('child-counts-once'), argument('children-are-named', 0, 'Math.random()')],
    features: ['wide'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'an outcome is committed whatever attempt stands',
    edits: [always('later-attempt-closes-earlier')],
    features: ['fail', 'retry', 'replace'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'nobody climbs after a crash',
    edits: [
      {
        file: DELIVERY,
        from: 'if (decidedBy(cell, message) !== undefined) return',
        to: 'if (cell.outcome === undefined && decidedBy(cell, message) !== undefined) return',
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never/,
  },
  {
    name: 'a message is acknowledged before what follows is durable',
    edits: [
      {
        file: DELIVER,
        from: 'await continueFrom(delivery, standing, next.isResumed);',
        to: 'void continueFrom(delivery, standing, next.isResumed).catch(() => undefined);',
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a replacement is not carried out by whoever comes back',
    edits: [
      {
        file: DELIVERY,
        from: "if (isNext && (outcome === undefined || next.kind === 'replace')) return next;",
        to: '',
      },
    ],
    features: ['replace', 'retry'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'starts and claim outlive their attempt',
    edits: [assigns('rerun-clears-starts', (cell, rerun) => `Object.freeze({ ...${cell}, ...${rerun} })`)],
    features: ['claims', 'retry', 'replace'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'an expansion that comes again sends nothing',
    edits: [
      {
        file: DELIVER,
        from: '  const { id, base, links = [], try: attempt, sig: plan, in: input,',
        to: '  if (context.origin.again) return ACK;\n  const { id, base, links = [], try: attempt, sig: plan, in: input,',
      },
    ],
    features: ['wide'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a dead message is failed without asking who owns the outcome',
    edits: [
      {
        file: DELIVERY,
        from: 'if (decided !== undefined) return decided;\n  if (dead !== undefined)',
        to: 'if (decided !== undefined && dead === undefined) return decided;\n  if (dead !== undefined)',
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'dead messages are only recorded',
    edits: [
      {
        file: 'src/worker/bury.ts',
        from: 'const disposition = message === undefined ? ACK :',
        to: 'const disposition = message !== undefined ? ACK :',
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a failure does not go outward',
    edits: [drop('failure-goes-outward')],
    features: ['fail'],
    faults: 'none',
    seen: /hangs/,
  },
  {
    name: 'a failure passes a collecting join',
    edits: [dropOperand('collecting-join-takes-failures', 1)],
    features: ['fail'],
    faults: 'none',
    seen: /should succeed/,
  },
  {
    name: 'what kills its sandbox is started for ever',
    edits: [
      {
        file: DELIVERY,
        from: 'if (isCounted(facts) && starts > maxStarts)',
        to: 'if (isCounted(facts) && starts > 1e9)',
      },
    ],
    features: ['poison'],
    faults: 'none',
    seen: /was begun \d+ times/,
  },
  {
    name: 'callbacks get a new id each time',
    edits: [becomes('callback-ids-are-derived', (id) => `${id} + Math.floor(Math.random() * 1e6)`)],
    features: ['callbacks'],
    faults: 'heavy',
    seen: /callbacks of W were started/,
  },
  {
    name: 'a claim is known by its message alone',
    edits: [
      {
        file: DELIVERY,
        from: '(claim.mid === by.mid && claim.token === by.token)',
        to: 'claim.mid === by.mid',
      },
    ],
    features: ['claims'],
    faults: 'heavy',
    seen: /may run once/,
  },
  {
    name: 'nobody looks before running',
    edits: [{ file: DELIVERY, from: 'return receives > 1 || message.again === true;', to: 'return false;' }],
    features: ['poison'],
    faults: 'none',
    seen: /was begun \d+ times/,
  },
  {
    name: 'what could not be worked on is acknowledged',
    edits: [
      {
        file: DELIVERY,
        from: "return { kind: 'return', seconds: Math.ceil(",
        to: "return { kind: 'ack', seconds: Math.ceil(",
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a second run launches a second set',
    edits: [becomes('launch-ids-are-derived', (id) => `${id} + Math.floor(Math.random() * 1e6)`)],
    features: ['launch'],
    faults: 'heavy',
    seen: /launched \d+ workflows/,
  },
  {
    name: 'members are gathered in the order in which they came',
    edits: [becomes('members-in-order', (values) => `${values}.reverse()`)],
    features: ['plain'],
    faults: 'none',
    seen: /the value is/,
  },
  {
    name: 'the value in memory goes on, not the one committed',
    edits: [
      {
        file: 'src/core/protocol/continue.ts',
        from: 'return [...callbacks, ...startStep(origin, frame, inputOf(outcome.value), rest)];',
        to: 'return [...callbacks, ...startStep(origin, frame, inputOf((globalThis as any).lastValue ?? outcome.value), rest)];',
      },
      {
        file: COMMIT,
        from: '  const standing = await engine.outcomes.commit(',
        to: "  if ('state' in decision && decision.state === 'SUCCESS') (globalThis as any).lastValue = decision.value;\n  const standing = await engine.outcomes.commit(",
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'a decision replaces the one that stands',
    edits: [never('decisions-stay')],
    features: ['plain', 'fail'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'who climbs is not asked whether it was the last to write',
    edits: [always('last-writer-climbs'), always('last-writer-climbs-on')],
    features: ['plain'],
    faults: 'heavy',
    seen: /was sent at attempt 0 by .* and /,
  },
  {
    name: 'who climbs is known by its message, and not by the cell it wrote',
    edits: [dropOperand('last-writer-climbs', 1)],
    features: ['plain'],
    faults: LOST_ACKS,
    spec: { t: 'chord', header: [emptyIn(), emptyIn(), emptyIn()], body: plainTask(1), collect: false },
    seen: /was sent twice by one delivery/,
  },
  {
    name: 'what follows is sent before the decision is committed',
    edits: [
      {
        file: COMMIT,
        from: '  const standing = await engine.outcomes.commit(',
        to: `  if ('state' in decision && message.frames[0] !== undefined && 'steps' in message.frames[0]) {
    const outcome = { ...decision, ...origin.by };
    const { id, base, frames } = message;
    const at = { id, base, links: [], attempt };
    await interpret(delivery, follow(origin, { at, outcome, frames, standing: { cell: { outcome } } }));
  }
  const standing = await engine.outcomes.commit(`,
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /was not committed/,
  },
  {
    name: 'a replacement is taken from memory, and not from what was committed',
    edits: [
      {
        file: COMMIT,
        from: '  const json = await loadValue(engine, next.plan);',
        to: '  const json = await loadValue(engine, (globalThis as any).lastPlan ?? next.plan);',
      },
      {
        file: COMMIT,
        from: '  const standing = await engine.outcomes.commit(',
        to: "  if ('kind' in decision && decision.kind === 'replace') (globalThis as any).lastPlan = decision.plan;\n  const standing = await engine.outcomes.commit(",
      },
    ],
    features: ['replace'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'a replacement is no attempt of its own',
    edits: [becomes('replacement-is-an-attempt', () => '0')],
    features: ['replace'],
    faults: 'none',
    seen: /hangs|never ends/,
  },
  {
    name: 'a group that replaces a step is taken for the step before the next',
    edits: [never('replacement-has-its-own-outcome')],
    features: ['replace'],
    faults: 'none',
    seen: /never ends|hangs/,
  },
  {
    name: 'a replacement is dropped when somebody has settled the id since',
    edits: [
      {
        file: DELIVERY,
        from: "if (isNext && (outcome === undefined || next.kind === 'replace')) return next;",
        to: 'if (isNext && outcome === undefined) return next;',
      },
    ],
    features: ['plain'],
    faults: { throttle: 0.3 },
    spec: { ...plainTask(1), replace: [FAILING_GROUP, FAILING_GROUP] },
    seen: /never ends/,
  },
  {
    name: 'values of two deliveries are kept under one key',
    edits: [becomes('values-of-deliveries-apart', (ref) => `${ref}.replace(/[^/]*$/, '')`)],
    features: ['large'],
    faults: 'heavy',
    seen: /the value kept under .* changed/,
  },
  {
    name: 'a forwarded message is not marked',
    edits: [
      { file: DELIVERY, from: 'const again = isDuplicate ? { again: true as const } : {};', to: 'const again = {};' },
    ],
    features: ['delay'],
    faults: LOST_ACKS,
    spec: { ...POISON, countdown: 3000 },
    seen: /was begun \d+ times/,
  },
  {
    name: 'what a resume sends is not marked',
    edits: [{ file: COMMIT, from: 'again: isResumed || delivery.origin.again', to: 'again: delivery.origin.again' }],
    features: ['plain'],
    faults: LOST_ACKS,
    spec: { t: 'chain', steps: [plainTask(1), POISON] },
    seen: /was begun \d+ times/,
  },
  {
    name: 'what an expansion sends that comes again is not marked',
    edits: [
      {
        file: DELIVER,
        from: 'facts.dead !== undefined || isPossibleDuplicate(facts))',
        to: 'facts.dead !== undefined)',
      },
    ],
    features: ['plain'],
    faults: LOST_ACKS,
    spec: { t: 'group', members: [POISON, ...Array.from({ length: 12 }, (_, n) => plainTask(10 + n))] },
    seen: /was begun \d+ times/,
  },
  {
    name: 'the start of an attempt that is over is counted for the next',
    edits: [dropOperand('count-start-once', 0)],
    features: ['retry'],
    faults: 'heavy',
    seen: /was given up after \d starts/,
  },
  {
    name: 'a start is counted again when the write is repeated',
    edits: [dropOperand('count-start-once', 1)],
    features: ['plain'],
    faults: 'heavy',
    seen: /was given up after \d starts/,
  },
  {
    name: 'what looks at a claim counts as a start',
    edits: [
      { file: DELIVERY, from: 'return tasks.get(message.sig.task)?.options.acksLate !== false;', to: 'return true;' },
    ],
    features: ['claims'],
    faults: { duplicateDelivery: 0.5 },
    seen: /was given up after \d+ starts/,
  },
  {
    name: 'a claim keeps nobody away',
    edits: [
      {
        file: DELIVERY,
        from: 'if (claim === undefined || (claim.mid === by.mid && claim.token === by.token)) return',
        to: 'if (claim !== null) return',
      },
    ],
    features: ['claims'],
    faults: 'heavy',
    seen: /may run once/,
  },
  {
    name: 'any start is taken back when the cloud refuses',
    edits: [dropOperand('uncount-own-start', 1)],
    features: ['poison'],
    faults: { throttle: 0.1, repeatedWrite: 0.3, lostAck: 0.2, duplicateDelivery: 0.2 },
    seen: /was begun \d+ times|given up/,
  },
  {
    name: 'a dead expansion is only recorded',
    edits: [
      {
        file: DELIVER,
        from: "if (message.kind === 'expand') return",
        to: "if (message.kind === 'expand' && facts.dead !== undefined) return ACK;\n  if (message.kind === 'expand') return",
      },
    ],
    features: ['wide'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a dead revocation is only recorded',
    edits: [
      {
        file: DELIVER,
        from: "if (message.kind === 'revoke') return",
        to: "if (message.kind === 'revoke' && facts.dead !== undefined) return ACK;\n  if (message.kind === 'revoke') return",
      },
    ],
    features: ['revoke'],
    faults: 'heavy',
    seen: /the revocation of .* was lost/,
  },
  {
    name: 'the heir of a dead message asks for outcomes alone, and not for retries and replacements',
    edits: [
      {
        file: DELIVERY,
        from: 'if (decided !== undefined) return decided;\n  if (dead !== undefined)',
        to: 'if (decided !== undefined && (dead === undefined || cell.outcome !== undefined)) return decided;\n  if (dead !== undefined)',
      },
    ],
    features: ['retry', 'replace'],
    faults: 'heavy',
    seen: /never comes to rest|never ends|hangs/,
  },
  {
    name: 'a workflow is marked as revoked though it had ended',
    edits: [
      {
        file: 'src/worker/revocations.ts',
        from: "    if (outcome?.state !== 'REVOKED' || (outcome.failedId ?? id) !== id) return ACK;\n",
        to: '    void outcome;\n',
      },
    ],
    features: ['revoke', 'callbacks', 'fail'],
    faults: 'heavy',
    seen: /never ends/,
  },
  {
    name: 'a body is given what is there, though a member is missing',
    edits: [
      always('gather-waits-for-all'),
      becomes(
        'gather-finds-all',
        (cells) => `${cells}.map((cell, index) => (index === 1 && Math.random() < 0.3 ? {} : cell))`,
      ),
    ],
    features: ['plain'],
    faults: 'none',
    seen: /the value is/,
  },
  {
    name: 'what lies behind a failed chain in a group is left open',
    edits: [never('steps-behind-a-failure')],
    features: ['fail'],
    faults: 'none',
    seen: /never ends/,
  },
  {
    name: 'schedules are named by what they are for, and not by the message',
    // `mid` and `id` are names on the wire.
    edits: [becomes('schedule-named-by-message', (name) => name.replace(/`.*`/, 'sent.queue'))],
    features: ['delay', 'retry'],
    faults: 'none',
    seen: /hangs|never ends/,
  },
  {
    name: 'effects of a task that nobody waits for any more go through',
    edits: [drop('ended-run-has-no-effects')],
    features: ['hang'],
    faults: 'none',
    seen: /effects of tasks that nobody waits for/,
  },
  {
    name: 'callbacks are started by whoever comes, for either end',
    edits: [becomes('callbacks-of-success', (links) => links.replace(/\.filter\([^]*\)$/, ''))],
    features: ['links'],
    faults: 'none',
    seen: /callbacks of .* were started for SUCCESS/,
  },
];
