import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from '@aws-sdk/client-cloudwatch-logs';
import { COMMAND_LIMITS } from '../../adapters/aws/connections.ts';
import { endpointOptions } from '../../runtime/endpoints.ts';
import type { Environment } from '../../runtime/variables.ts';
import type { LogEvent, LogQuery, LogSource } from './log-source.ts';

/** Makes the source of the logs of the cloud that the environment names: CloudWatch Logs, or the embedded cloud. */
export function cloudWatchLogs(environment: Environment): LogSource {
  const client = new CloudWatchLogsClient({
    requestHandler: COMMAND_LIMITS,
    // An account may call `FilterLogEvents` five times a second, and a stack has more functions: wait, and go on.
    retryMode: 'adaptive',
    maxAttempts: 10,
    ...endpointOptions(environment, 'logs'),
  });
  return {
    groups: async (logGroupNamePrefix) => {
      const names: string[] = [];
      for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, { logGroupNamePrefix }))
        names.push(...logGroups.flatMap(({ logGroupName }) => logGroupName ?? []));
      return names;
    },
    events: (query) => eventsOf(client, query),
  };
}

// --- internal ---

async function eventsOf(
  client: CloudWatchLogsClient,
  { group, text, from, to }: LogQuery,
): Promise<readonly LogEvent[]> {
  const lines: LogEvent[] = [];
  // A term in quotation marks is looked for as it is. An id has none of its own.
  const input = { logGroupName: group, filterPattern: `"${text}"`, startTime: from, endTime: to };
  for await (const { events = [] } of paginateFilterLogEvents({ client }, input)) {
    for (const { eventId = '', timestamp = 0, message = '' } of events)
      lines.push({ id: eventId, at: timestamp, group, text: message.trimEnd() });
  }
  return lines;
}
