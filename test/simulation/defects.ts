import type { Faults } from '../../src/testing/faults.ts';
import {
  always,
  argument,
  assigns,
  becomes,
  before,
  drop,
  dropOperand,
  elseOf,
  never,
  rewrite,
  thenOf,
} from './edits.ts';
import type { Edit } from './edits.ts';
import { chainOf, plainTask } from './specs.ts';
import type { ChordSpec, Feature, Spec, TaskSpec } from './specs.ts';

/** A plausible mistake in the worker, the core or the store, which the simulation has to see. */
export interface Defect {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly features: readonly Feature[];
  readonly faults: 'none' | 'mild' | 'heavy' | Partial<Faults>;
  /** Instead of canvases that are drawn. */
  readonly spec?: Spec;
  /** Calls with a window, instead of canvases. */
  readonly windows?: 'debounce' | 'throttle';
  /** The violation that the checker must report. */
  readonly seen: RegExp | 'amplification' | 'second runs' | 'given up';
}

/** The second parameter of `commit`: a decision. */
const DECIDED = 'arguments[1]';

/** Messages come back though they were acknowledged, and nothing else goes wrong. */
const LOST_ACKS = { lostAck: 0.4 };
/** A group whose first member fails its id while the others may not have been sent. */
const FAILING_GROUP: Spec = { t: 'group', members: [{ ...plainTask(2), fails: true }, plainTask(3), plainTask(4)] };
/** A task that kills its sandbox, after a task, a delay or a wide group. It may start four times, however its message comes back. */
const POISON: TaskSpec = { ...plainTask(9), poison: true };

/** A chord that fails with its first member that fails, and has more of them. */
const TOLERANT_CHORD: Spec = {
  t: 'chord',
  header: [2, 3, 4, 5, 6, 7].map((n) => ({ ...plainTask(n), fails: n < 5 })),
  body: plainTask(8),
  collect: true,
  tolerate: 0,
};

/** A chain that one delivery may run. */
const INLINE_CHAIN: Spec = chainOf(4, { inline: true });

/** A leaf of members that end at once, and one whose only member may retry for weeks. */
const CHORD_OF_LONG_RETRIES: ChordSpec = {
  t: 'chord',
  header: [2, 3, 4, 5, 6, 7, 8, 9].map((n) => plainTask(n)).concat({ ...plainTask(10), retries: 3, countdown: 1 }),
  body: plainTask(11),
  collect: false,
};

/** A group that has failed and told so when its other member asks again, for weeks. */
const FAILED_CHORD_OF_LONG_RETRIES: Spec = {
  ...CHORD_OF_LONG_RETRIES,
  header: [
    { ...plainTask(2), fails: true },
    { ...plainTask(3), retries: 3, countdown: 1, fails: true },
  ],
};

/** Tasks that share one place, and take some time each. */
function crowd(size: number, more: Partial<TaskSpec>): Spec {
  const members = Array.from({ length: size }, (_, index) => ({ ...plainTask(index + 2), places: 1, ...more }));
  return { t: 'group', members };
}

function emptyIn(): Spec {
  return { t: 'chord', header: [], body: { t: 'group', members: [] }, collect: false };
}

/** Code at the beginning of `deliver`. */
function onlyRecorded(kind: string): string {
  const facts = 'arguments[0].facts';
  return `if (${facts}.dead !== undefined && ${facts}.message.kind === '${kind}') return { kind: 'ack' };`;
}

/** How many seeds a defect may hide from. */
export const SEEDS = 2000;

export const DEFECTS: readonly Defect[] = [
  {
    name: 'a delayed message that the scheduler does not take is lost',
    edits: [drop('refused-schedules-are-sent')],
    features: ['delay'],
    faults: { refusedSchedule: 1 },
    spec: { ...plainTask(1), countdown: 2000 },
    seen: /hangs|never ends/,
  },
  {
    name: 'a schedule that fires twice runs its task twice',
    edits: [drop('scheduled-runs-are-checked')],
    features: ['scheduled'],
    faults: { repeatedSchedule: 1 },
    spec: plainTask(1),
    seen: 'second runs',
  },
  {
    name: 'what is purged runs',
    edits: [drop('purged-are-revoked')],
    features: ['purge'],
    faults: 'none',
    spec: { ...plainTask(1), countdown: 800 },
    seen: /was begun \d+ s after it was purged/,
  },
  {
    name: 'what is purged runs if its priority is high',
    edits: [thenOf('high-queues-are-purged')],
    features: ['purge', 'priority'],
    faults: 'none',
    spec: { ...plainTask(1), countdown: 800, priority: 9 },
    seen: /was begun \d+ s after it was purged/,
  },
  {
    name: 'the priority of a call is not looked at',
    edits: [rewrite('high-goes-to-its-queue', /isHigh\([^?]*\?\? /, 'isHigh(')],
    features: ['priority'],
    faults: 'none',
    seen: /went to the queue/,
  },
  {
    name: 'the members of a canvas are as young as the worker that sends them',
    edits: [becomes('canvases-keep-their-age', () => 'begun')],
    features: ['purge'],
    faults: 'none',
    spec: { t: 'group', members: [2, 3, 4, 5, 6, 7].map((n) => ({ ...plainTask(n), countdown: 800 })) },
    seen: /was begun \d+ s after it was purged/,
  },
  {
    name: 'a message that was held is as young as its delivery',
    edits: [elseOf('held-messages-keep-their-age')],
    features: ['purge'],
    faults: 'none',
    spec: { ...plainTask(1), countdown: 2000 },
    seen: /was begun \d+ s after it was purged/,
  },
  {
    name: 'losers continue too',
    edits: [
      becomes('losers-end', () => "{ kind: 'continue', isResumed: false }"),
      thenOf('owners-resume'),
      dropOperand('only-the-owner-continues', 1),
    ],
    features: ['plain'],
    faults: 'mild',
    seen: 'amplification',
  },
  {
    name: 'a loser to its own message acknowledges',
    edits: [becomes('losers-to-their-own-message-return', () => "{ kind: 'end', disposition: { kind: 'ack' } }")],
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
    name: 'an outcome is committed at any attempt',
    edits: [always('later-attempt-closes-earlier')],
    features: ['fail', 'retry', 'replace'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'no delivery climbs after a crash',
    edits: [becomes('decided-is-resumed', (of) => of.replace(/^(.*) !== undefined$/, "'kind' in ($1 ?? {})"))],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never/,
  },
  {
    name: 'a message is acknowledged before what follows is durable',
    edits: [rewrite('acknowledged-when-durable', /await (.*);/, 'void $1.catch(() => undefined);')],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a replacement is not performed by the next delivery',
    edits: [drop('reruns-are-resumed')],
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
    edits: [rewrite('expansion-marks-what-it-sends', /^(.*?\(\w+, (.*)\);)$/s, "$1 if ($2) return { kind: 'ack' };")],
    features: ['wide'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a dead message is failed without asking who owns the outcome',
    edits: [becomes('decided-ends', (is) => `${is} && arguments[0].dead === undefined`)],
    features: ['plain'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'dead messages are only recorded',
    edits: [thenOf('dead-are-settled')],
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
    edits: [never('starts-are-limited')],
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
    edits: [dropOperand('claim-is-of-a-delivery', 1, 1)],
    features: ['claims'],
    faults: 'heavy',
    seen: /may run once/,
  },
  {
    name: 'a possible duplicate runs without a check',
    edits: [never('duplicates-are-checked')],
    features: ['poison'],
    faults: 'none',
    seen: /was begun \d+ times/,
  },
  {
    name: 'what could not be worked on is acknowledged',
    edits: [becomes('refused-returns', () => "{ kind: 'ack' }")],
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
      rewrite('next-gets-what-was-committed', /inputOf\((.*?)\)/, 'inputOf(globalThis.lastValue ?? $1)'),
      before('commit-decides', `if (${DECIDED}.state === 'SUCCESS') globalThis.lastValue = ${DECIDED}.value;`),
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
    edits: [always('last-writer-climbs')],
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
      before(
        'commit-decides',
        `if (${DECIDED}.state !== undefined && 'steps' in (arguments[0].message.frames[0] ?? {}))
           await continueFrom(arguments[0], { cell: { outcome: { ...${DECIDED}, ...arguments[0].origin.by } } }, false).then(
             async (left) => left && (await import('./interpret.ts')).interpret(left.context, [{ kind: 'send', message: left.draft }]),
           );`,
      ),
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /was not committed/,
  },
  {
    name: 'a replacement is taken from memory, and not from what was committed',
    edits: [
      rewrite('replacement-as-committed', /\w+\.plan/, '(globalThis.lastPlan ?? $&)'),
      before('commit-decides', `if (${DECIDED}.kind === 'replace') globalThis.lastPlan = ${DECIDED}.plan;`),
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
    edits: [dropOperand('reruns-are-resumed', 1, 1)],
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
    edits: [elseOf('forward-keeps-mark')],
    features: ['delay'],
    faults: LOST_ACKS,
    spec: { ...POISON, countdown: 3000 },
    seen: /was begun \d+ times/,
  },
  {
    name: 'what a resume sends is not marked',
    edits: [dropOperand('resume-marks-what-it-sends', 0)],
    features: ['plain'],
    faults: LOST_ACKS,
    spec: { t: 'chain', steps: [plainTask(1), POISON] },
    seen: /was begun \d+ times/,
  },
  {
    name: 'what an expansion sends that comes again is not marked',
    edits: [rewrite('expansion-marks-what-it-sends', / \|\| \w+\(\w+\)/, '')],
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
    edits: [always('claims-are-not-counted')],
    features: ['claims'],
    faults: { duplicateDelivery: 0.5 },
    seen: /was given up after \d+ starts/,
  },
  {
    name: 'who finds its decision by the claim does not go on with it',
    edits: [rewrite('claim-tells-what-stands', /, \w+ \}/, ', standing: { cell: {} } }')],
    features: ['claims', 'callbacks'],
    faults: { crash: 0.02, forgottenReceive: 0.3 },
    seen: /never ends|hangs|callbacks/,
  },
  {
    name: 'a claim excludes no other delivery',
    edits: [always('claim-is-of-a-delivery')],
    features: ['claims'],
    faults: 'heavy',
    seen: /may run once/,
  },
  {
    name: 'any start is taken back when the cloud refuses',
    edits: [becomes('uncount-own-start', (starts) => `${starts}.slice(1)`)],
    features: ['poison'],
    faults: { throttle: 0.1, repeatedWrite: 0.3, lostAck: 0.2, duplicateDelivery: 0.2 },
    seen: /was begun \d+ times|given up/,
  },
  {
    name: 'a start counts though the cloud refused and the sandbox lived',
    edits: [drop('excused-starts-are-taken-back')],
    features: ['plain'],
    faults: { throttle: 0.5 },
    // Before the body runs, the cloud refuses to read the values of the members.
    spec: { t: 'chord', header: [plainTask(1), plainTask(2), plainTask(3)], body: plainTask(4), collect: false },
    seen: 'given up',
  },
  {
    name: 'a dead expansion is only recorded',
    edits: [before('dead-are-worked-on', onlyRecorded('expand'))],
    features: ['wide'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a dead revocation is only recorded',
    edits: [before('dead-are-worked-on', onlyRecorded('revoke'))],
    features: ['revoke'],
    faults: 'heavy',
    seen: /the revocation of .* was lost/,
  },
  {
    name: 'the heir of a dead message asks for outcomes alone, and not for retries and replacements',
    edits: [
      becomes(
        'decided-ends',
        (is) => `${is} && (arguments[0].dead === undefined || arguments[1].cell.outcome !== undefined)`,
      ),
    ],
    features: ['retry', 'replace'],
    faults: 'heavy',
    seen: /never comes to rest|never ends|hangs/,
  },
  {
    name: 'a workflow that has ended is marked as revoked',
    edits: [drop('ended-is-not-marked')],
    features: ['revoke', 'callbacks', 'fail'],
    faults: 'heavy',
    seen: /never ends/,
  },
  {
    name: 'a body gets the present values, and one is missing',
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
    name: 'effects of an abandoned task are performed',
    edits: [drop('ended-run-has-no-effects')],
    features: ['hang'],
    faults: 'none',
    seen: /effects of abandoned tasks/,
  },
  {
    name: 'callbacks are started by any delivery, for either end',
    edits: [becomes('callbacks-of-success', (links) => links.replace(/\.filter\([^]*\)$/, ''))],
    features: ['links'],
    faults: 'none',
    seen: /callbacks of .* were started for SUCCESS/,
  },
  {
    name: 'a workflow that fails is not listed',
    edits: [becomes('failures-are-listed', () => '[]')],
    features: ['fail'],
    faults: 'none',
    seen: /the failure of .* is not listed/,
  },
  {
    name: 'a step that runs inline belongs to a message of its own, which nobody has',
    edits: [becomes('inline-belongs-to-the-received-message', (step) => `{ ...${step}, mid: engine.nonces.mid() }`)],
    features: ['plain', 'inline'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a message that comes back does not go on from the steps that it ran inline',
    edits: [drop('resume-finds-its-steps')],
    features: ['plain', 'inline'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a step is handed over under a new nonce, while an earlier delivery still runs it',
    edits: [rewrite('handed-over-under-its-nonce', /mid === undefined \? draft : \{[^}]*\}/, 'draft')],
    features: ['plain', 'inline'],
    faults: 'heavy',
    spec: INLINE_CHAIN,
    seen: /hangs|never ends/,
  },
  {
    name: 'a message that comes back runs the next step inline',
    edits: [always('resumes-hand-over'), drop('only-the-first-delivery-runs-inline')],
    features: ['plain', 'inline'],
    faults: 'none',
    spec: { t: 'chain', steps: [plainTask(1), { ...POISON, inline: true }] },
    seen: /was begun \d+ times/,
  },
  {
    name: 'a message is acknowledged before the steps that run inline have ended',
    edits: [
      rewrite(
        'acknowledged-when-steps-are-done',
        /^[^]*$/,
        `if (isStep(ending)) {
           let step = ending;
           void (async () => { while (isStep(step)) step = await workOn(step, onArrival(step.facts)); })().catch(() => undefined);
           return ACK;
         }`,
      ),
    ],
    features: ['plain', 'inline'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a later attempt runs inline, and its item forgets the one before',
    edits: [dropOperand('inline-is-a-first-attempt', 1)],
    features: ['replace', 'inline'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a member may outlive the items of its group',
    edits: ['retries-end-before-items-do', 'members-start-before-items-end', 'members-end-before-items-do'].map(never),
    features: ['retry', 'delay'],
    faults: {},
    spec: CHORD_OF_LONG_RETRIES,
    seen: /hangs|never ends|which nothing explains/,
  },
  {
    name: 'a retry may start a day before its items end',
    edits: [rewrite('retries-leave-time-to-lie', /QUEUED_MS/, '86_400_000')],
    features: ['retry', 'delay', 'fail', 'callbacks'],
    faults: { longPause: 0.02 },
    spec: FAILED_CHORD_OF_LONG_RETRIES,
    seen: /changed|was sent at attempt 0 by .* and /,
  },
  {
    name: 'a group goes on though more members failed than it tolerates',
    edits: [never('tolerance-is-checked')],
    features: ['fail', 'tolerate', 'wide'],
    faults: 'none',
    seen: /should fail/,
  },
  {
    name: 'a group fails at once with as many failures as it tolerates',
    edits: [becomes('as-many-as-tolerated-may-fail', () => 'failures < tolerate')],
    features: ['fail', 'tolerate'],
    faults: 'none',
    seen: /should succeed/,
  },
  {
    name: 'a member that comes back does not go on from the failure of its group',
    edits: [rewrite('too-many-fail-at-once', / \|\| origin\.again/, '')],
    features: ['callbacks'],
    faults: { crash: 0.1 },
    spec: TOLERANT_CHORD,
    seen: /is not listed|callback of W was not started/,
  },
  {
    name: 'a member that comes back fails its group, and no message goes on from that',
    edits: [never('unforeseen-renews')],
    features: ['callbacks'],
    faults: { duplicateDelivery: 0.3, throttle: 0.1 },
    spec: TOLERANT_CHORD,
    seen: /is not listed|callback of W was not started/,
  },
  {
    name: 'the failures of a group inside a header are not counted',
    edits: [becomes('failures-inside-count', () => '{}')],
    features: ['fail', 'tolerate', 'groupLinks'],
    faults: 'none',
    seen: /should fail/,
  },
  {
    name: 'the callback of a group is started though a member has failed',
    edits: [elseOf('links-need-all-values')],
    features: ['fail', 'tolerate', 'groupLinks'],
    faults: 'none',
    seen: /was given/,
  },
  {
    name: 'the callback of a group gets what became of the members of a group inside',
    edits: [rewrite('nested-values-are-of-one-kind', /\{ \.\.\.value.*?\}/, 'value')],
    features: ['tolerate', 'groupLinks'],
    faults: 'none',
    seen: /was given/,
  },
  {
    name: 'a retry has the arguments of the attempt before it',
    edits: [always('retries-have-what-they-were-given')],
    features: ['retry', 'regive'],
    faults: 'none',
    seen: /the value is/,
  },
  {
    name: 'a caller that dies leaves a window without an end',
    edits: [dropOperand('windows-are-awaited', 0)],
    features: [],
    faults: { crash: 0.1 },
    windows: 'debounce',
    seen: /hangs|never ends/,
  },
  {
    name: 'a call joins a window that has run',
    edits: [always('closed-windows-stay'), dropOperand('calls-open-the-next-window', 1)],
    features: [],
    faults: 'none',
    windows: 'debounce',
    seen: /had run before it/,
  },
  {
    name: 'each message for a window starts its call',
    edits: [never('the-closer-starts')],
    features: [],
    faults: { crash: 0.02 },
    windows: 'debounce',
    seen: /was sent twice|have run|was sent \d times/,
  },
  {
    name: 'a call over another that came meanwhile counts as the last',
    edits: [dropOperand('calls-are-in-order', 1)],
    features: [],
    faults: { lateWrite: 0.3 },
    windows: 'debounce',
    seen: /was the last/,
  },
  {
    name: 'the second caller of a throttle sends its own canvas, and answers with the first',
    edits: [never('the-first-call-runs')],
    features: [],
    faults: { crash: 0.02 },
    windows: 'throttle',
    seen: /hangs|never ends/,
  },
  {
    name: 'more tasks run at once than there are places',
    edits: [becomes('places-are-limited', () => 'limit')],
    features: ['places'],
    faults: 'none',
    seen: /ran at once/,
  },
  {
    name: 'a place lapses before the end of its sandbox',
    edits: [becomes('places-outlive-their-sandbox', () => 'now + CLOCKS_MS')],
    features: ['places'],
    faults: 'none',
    spec: crowd(3, { ms: 60_000 }),
    seen: /ran at once/,
  },
  {
    name: 'a place is given back though the code of its task runs on',
    edits: [rewrite('places-are-left-when-the-code-has-ended', /running === undefined/, 'true')],
    features: ['places', 'hang'],
    faults: 'none',
    spec: crowd(3, { hangs: true, ms: 1000 }),
    seen: /ran at once/,
  },
  {
    name: 'a place is given back though it was handed on',
    edits: [rewrite('places-are-handed-on-when-free', /return /, '')],
    features: ['places'],
    faults: 'none',
    spec: crowd(12, { ms: 3000 }),
    seen: /ran at once/,
  },
  {
    name: 'a message that waits for a place counts as started',
    edits: [rewrite('waiting-is-no-start', / && \([^]*\)/, '')],
    features: ['places'],
    faults: { lostAck: 0.4 },
    spec: crowd(6, { ms: 30_000 }),
    seen: /was not lost/,
  },
  {
    name: 'a start in a place is not counted',
    edits: [elseOf('starts-in-a-place-are-counted')],
    features: ['places', 'poison'],
    faults: 'none',
    spec: { ...POISON, places: 1 },
    seen: /was begun \d+ times|never comes to rest/,
  },
  {
    name: 'a possible duplicate that has waited for a place is none',
    edits: [never('waiting-keeps-mark')],
    features: ['places', 'poison'],
    faults: 'none',
    spec: { ...POISON, places: 1 },
    seen: /was begun \d+ times|never comes to rest/,
  },
];
