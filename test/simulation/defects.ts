import type { Feature } from './specs.ts';

/** A place in the source, as it stands and as the defect has it. */
export interface Edit {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** A plausible mistake in the worker, the core or the store, which the simulation has to see. */
export interface Defect {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly features: readonly Feature[];
  readonly faults: 'none' | 'mild' | 'heavy';
  /** What the checker must say of it. */
  readonly seen: RegExp | 'amplification';
}

const SETTLE = 'src/worker/settle.ts';
const CONTINUE = 'src/core/continue.ts';
const DELIVER = 'src/worker/deliver.ts';
const MEMORY = 'src/adapters/memory/outcomes.ts';

/** How many seeds a defect may hide from. */
export const SEEDS = 2000;

export const DEFECTS: readonly Defect[] = [
  {
    name: 'losers continue too',
    edits: [
      { file: SETTLE, from: "  if (verdict === 'other') return ACK;\n", to: '' },
      { file: SETTLE, from: '} else if (outcome?.mid === message.mid) {', to: '} else if (outcome !== undefined) {' },
      {
        file: CONTINUE,
        from: "if (outcome === undefined || (verdict !== 'me' && verdict !== 'mine')) return [];",
        to: 'if (outcome === undefined) return [];',
      },
    ],
    features: ['plain'],
    faults: 'mild',
    seen: 'amplification',
  },
  {
    name: 'a loser to its own message acknowledges',
    edits: [
      {
        file: SETTLE,
        from: "if (verdict === 'mine' || verdict === 'open') return RETURN;",
        to: "if (verdict === 'mine' || verdict === 'open') return ACK;",
      },
    ],
    features: ['plain', 'fail'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a node counts its children instead of naming them',
    edits: [
      { file: MEMORY, from: 'if (!node.children.has(rung.child)) {', to: 'if (rung.child >= 0) {' },
      { file: MEMORY, from: 'node.children.add(rung.child);', to: 'node.children.add(Math.random());' },
    ],
    features: ['wide'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'an outcome is committed whatever attempt stands',
    edits: [
      {
        file: 'src/core/outcome.ts',
        from: 'return attempt === ANY_ATTEMPT || (cell.next?.attempt ?? 0) <= attempt;',
        to: 'return true;',
      },
    ],
    features: ['fail', 'retry', 'replace'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'nobody climbs after a crash',
    edits: [
      {
        file: SETTLE,
        from: "return verdict === 'mine' || isOwnTurn(cell, { mid, try: attempt });",
        to: 'return isOwnTurn(cell, { mid, try: attempt });',
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
        file: SETTLE,
        from: '  await proceed(work, standing);\n  return ACK;\n}\n\n/** Whether this message',
        to: '  void proceed(work, standing).catch(() => undefined);\n  return ACK;\n}\n\n/** Whether this message',
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a replacement is not carried out by whoever comes back',
    edits: [{ file: SETTLE, from: "return outcome === undefined || next.turn === 'replace';", to: 'return false;' }],
    features: ['replace', 'retry'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'starts and claim outlive their attempt',
    edits: [
      {
        file: MEMORY,
        from: 'frozenCopy({ next: { ...decision, ...by } })',
        to: 'frozenCopy({ ...cell, next: { ...decision, ...by } })',
      },
    ],
    features: ['claims', 'retry', 'replace'],
    faults: 'heavy',
    seen: /./,
  },
  {
    name: 'an expansion that comes again sends nothing',
    edits: [
      {
        file: DELIVER,
        from: '  const flow = flowOf(engine, message, engine.nonces.token(), again);',
        to: '  if (again) return ACK;\n  const flow = flowOf(engine, message, engine.nonces.token(), again);',
      },
    ],
    features: ['wide'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a dead message is failed without asking who owns the outcome',
    edits: [
      { file: 'src/worker/bury.ts', from: '  if (settled !== undefined) return settled;\n', to: '  void settled;\n' },
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
        from: 'const verdict = message === undefined ? ACK :',
        to: 'const verdict = message !== undefined ? ACK :',
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a failure does not go outward',
    edits: [
      {
        file: CONTINUE,
        from: '...(failed ? [failOutward(at.id, outcome, frame, rest)] : [])',
        to: '...(failed ? [] : [])',
      },
    ],
    features: ['fail'],
    faults: 'none',
    seen: /hangs/,
  },
  {
    name: 'a failure passes a collecting join',
    edits: [
      {
        file: CONTINUE,
        from: "const failed = outcome.state !== 'SUCCESS' && frame.collect === undefined;",
        to: "const failed = outcome.state !== 'SUCCESS';",
      },
    ],
    features: ['fail'],
    faults: 'none',
    seen: /should succeed/,
  },
  {
    name: 'what kills its sandbox is started for ever',
    edits: [
      {
        file: DELIVER,
        from: 'if (!counts || starts <= engine.settings.maxStarts) return undefined;',
        to: 'return undefined;',
      },
    ],
    features: ['poison'],
    faults: 'none',
    seen: /was begun \d+ times/,
  },
  {
    name: 'callbacks get a new id each time',
    edits: [
      {
        file: 'src/core/ids.ts',
        from: 'return `${id}^${index}`;',
        to: 'return `${id}^${index + Math.floor(Math.random() * 1e6)}`;',
      },
    ],
    features: ['callbacks'],
    faults: 'heavy',
    seen: /callbacks of W were started/,
  },
  {
    name: 'a claim is known by its message alone',
    edits: [
      {
        file: 'src/worker/claim.ts',
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
    edits: [{ file: DELIVER, from: 'return delivery.receives > 1 || message.again === true;', to: 'return false;' }],
    features: ['poison'],
    faults: 'none',
    seen: /was begun \d+ times/,
  },
  {
    name: 'what could not be worked on is acknowledged',
    edits: [
      { file: 'src/worker/batch.ts', from: "    return { end: 'return' };\n", to: "    return { end: 'ack' };\n" },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /hangs|never ends/,
  },
  {
    name: 'a second run launches a second set',
    edits: [
      {
        file: 'src/client/submit.ts',
        from: 'return `l-${nonces.digest(',
        to: 'return `l-${nonces.uuid()}${nonces.digest(',
      },
    ],
    features: ['launch'],
    faults: 'heavy',
    seen: /launched \d+ workflows/,
  },
  {
    name: 'members are gathered in the order in which they came',
    edits: [
      {
        file: 'src/worker/inputs.ts',
        from: 'return [...values.flat(1), ...added.flat(1)];',
        to: 'return [...values.flat(1), ...added.flat(1)].reverse();',
      },
    ],
    features: ['plain'],
    faults: 'none',
    seen: /the value is/,
  },
  {
    name: 'the value in memory goes on, not the one committed',
    edits: [
      {
        file: 'src/core/continue.ts',
        from: 'return [...callbacks, ...startStep(flow, frame, inputOf(outcome.value), rest)];',
        to: 'return [...callbacks, ...startStep(flow, frame, inputOf((globalThis as any).lastValue ?? outcome.value), rest)];',
      },
      {
        file: SETTLE,
        from: '  const attempt = message.try;\n',
        to: "  const attempt = message.try;\n  if ('state' in decision && decision.state === 'SUCCESS') (globalThis as any).lastValue = decision.value;\n",
      },
    ],
    features: ['plain'],
    faults: 'heavy',
    seen: /./,
  },
];
