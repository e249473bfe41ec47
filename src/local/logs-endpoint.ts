import { fieldsIn, ok, refusal } from './http-endpoint.ts';
import type { Reply, Request } from './http-endpoint.ts';
import type { LogStore } from './log-store.ts';

/** The service of the embedded cloud that has the lines of its functions, as signatures name it. */
export const LOGS_SERVICE = 'logs';

/**
 * Answers CloudWatch Logs' `DescribeLogGroups` and `FilterLogEvents`, so that lines are read as those of deployed functions.
 * Returns undefined for a request that is for another service.
 */
export function answerLogs(store: LogStore, { headers, body }: Request): Reply | undefined {
  const [, operation] = /^Logs_20140328\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
  if (operation === undefined) return undefined;
  const given = fieldsIn(body || '{}');
  if (operation === 'DescribeLogGroups')
    return reply({ logGroups: groupsOf(store, textIn(given, 'logGroupNamePrefix')) });
  if (operation === 'FilterLogEvents') return reply(filter(store, given));
  return refusal(400, 'UnknownOperationException', `The embedded CloudWatch Logs does not answer ${operation}`);
}

// --- internal ---

const GROUP = '/aws/lambda/';
/** The most lines of one answer of `FilterLogEvents`. */
const MOST_EVENTS = 10_000;

function groupsOf(store: LogStore, prefix: string): readonly object[] {
  const names = store.functions().map((name) => `${GROUP}${name}`);
  return names.filter((name) => name.startsWith(prefix)).map((logGroupName) => ({ logGroupName }));
}

function filter(store: LogStore, given: Fields): object {
  const limit = Math.min(MOST_EVENTS, numberIn(given, 'limit', MOST_EVENTS));
  const lines = store.find({
    functionName: textIn(given, 'logGroupName').slice(GROUP.length),
    from: numberIn(given, 'startTime', 0),
    to: numberIn(given, 'endTime', Number.MAX_SAFE_INTEGER),
    // A term in quotation marks is looked for as it is.
    text: textIn(given, 'filterPattern').replace(/^"(.*)"$/, '$1'),
    after: Number(textIn(given, 'nextToken') || '0'),
    limit,
  });
  const last = lines.length === limit ? lines.at(-1) : undefined;
  return {
    events: lines.map(({ eventId, timestamp, message }) => ({ eventId: String(eventId), timestamp, message })),
    ...(last === undefined ? {} : { nextToken: String(last.eventId) }),
  };
}

function reply(json: object): Reply {
  return { ...ok(json), headers: { 'content-type': 'application/x-amz-json-1.1' } };
}

type Fields = Readonly<Record<string, unknown>>;

function textIn(given: Fields, name: string): string {
  const value = given[name];
  return typeof value === 'string' ? value : '';
}

function numberIn(given: Fields, name: string, otherwise: number): number {
  const value = given[name];
  return typeof value === 'number' ? value : otherwise;
}
