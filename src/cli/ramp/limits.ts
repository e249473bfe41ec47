/** A limit that AWS publishes, and the page that states it. */
interface Limit {
  readonly value: number;
  /** As in *5 batches*. */
  readonly unit: string;
  readonly what: string;
  readonly page: string;
}

/** The names of the limits. */
type LimitName =
  | 'firstBatches'
  | 'moreBatches'
  | 'mostBatches'
  | 'batchesAPoller'
  | 'pollsAPoller'
  | 'moreOfPollers'
  | 'firstSandboxes'
  | 'moreSandboxes'
  | 'invokesASandbox'
  | 'account'
  | 'tableWrites'
  | 'tableDoubles'
  | 'partitionWrites';

const SCALING = 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html';
const SANDBOXES = 'https://docs.aws.amazon.com/lambda/latest/dg/scaling-behavior.html';
const CONCURRENCY = 'https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html';
const WARM = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html';
const GROWTH = 'https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html';

/** The limits that decide how fast a backlog is worked off, as AWS's pages state them in November 2026. */
export const LIMITS: Readonly<Record<LimitName, Limit>> = {
  firstBatches: { value: 5, unit: 'batches', what: 'of one queue at once, when messages arrive', page: SCALING },
  moreBatches: { value: 300, unit: 'batches a minute', what: 'more, as long as messages wait', page: SCALING },
  mostBatches: {
    value: 1250,
    unit: 'batches',
    what: 'of one queue at once, without pollers of its own',
    page: SCALING,
  },
  batchesAPoller: { value: 10, unit: 'batches', what: "at once by one of a function's own pollers", page: SCALING },
  pollsAPoller: { value: 10, unit: 'receives a second', what: "by one of a function's own pollers", page: SCALING },
  moreOfPollers: {
    value: 1000,
    unit: 'batches a minute',
    what: 'more by pollers that Lambda adds, up to `max`',
    page: SCALING,
  },
  firstSandboxes: {
    value: 1000,
    unit: 'sandboxes',
    what: 'of one function that Lambda starts at once',
    page: SANDBOXES,
  },
  moreSandboxes: { value: 100, unit: 'sandboxes a second', what: 'more: 1,000 in ten seconds', page: SANDBOXES },
  invokesASandbox: {
    value: 10,
    unit: 'invocations a second',
    what: 'for each unit of the account’s concurrency',
    page: CONCURRENCY,
  },
  account: { value: 1000, unit: 'sandboxes', what: 'at once in an account and region, by default', page: CONCURRENCY },
  tableWrites: { value: 4000, unit: 'writes a second', what: 'of a new on-demand table', page: WARM },
  tableDoubles: {
    value: 30,
    unit: 'minutes',
    what: 'within which a table may do no more than twice its former peak',
    page: GROWTH,
  },
  partitionWrites: { value: 1000, unit: 'writes a second', what: 'of one partition of a table', page: WARM },
};

/** The price of one of a function's own pollers for an hour in us-east-1, in dollars: https://aws.amazon.com/lambda/pricing/ */
export const POLLER_DOLLARS = 0.00925;
