import type { Host } from './host.ts';
import { fieldsIn, ok, refusal } from './http-endpoint.ts';
import type { Reply, Request } from './http-endpoint.ts';

/**
 * Answers Lambda's `ListEventSourceMappings` for one function, and its `UpdateEventSourceMapping` as far as it enables or
 * disables one. Returns nothing for a request that is about something else.
 */
export function answerEventSources(
  host: Receivers | undefined,
  { method, path, query, body }: Request,
): Reply | undefined {
  const [, encoded] = PATH.exec(path) ?? [];
  if (encoded === undefined) return undefined;
  if (method === 'GET') return list(host, query.get('FunctionName') ?? '');
  return method === 'PUT' ? update(host, decodeURIComponent(encoded.slice(1)), body) : undefined;
}

// --- internal ---

type Receivers = Pick<Host, 'isReceiving' | 'setReceiving'>;

function list(host: Receivers | undefined, name: string): Reply {
  const standing = host?.isReceiving(name);
  const mappings = standing === undefined ? [] : [mapping(name, standing ? 'Enabled' : 'Disabled')];
  return ok({ EventSourceMappings: mappings });
}

function update(host: Receivers | undefined, name: string, body: string): Reply {
  const standing = host?.isReceiving(name);
  if (standing === undefined)
    return refusal(404, 'ResourceNotFoundException', 'The resource you requested does not exist.');
  const enabled = enabledIn(body) ?? standing;
  host?.setReceiving(name, enabled);
  return ok(mapping(name, enabled ? 'Enabling' : 'Disabling'));
}

const PATH = /^\/2015-03-31\/event-source-mappings((?:\/[^/]*)?)$/;

/** A function has one mapping, which has its name in place of a UUID. */
function mapping(name: string, state: string): object {
  return { UUID: name, State: state };
}

function enabledIn(body: string): boolean | undefined {
  const { Enabled: enabled } = fieldsIn(body);
  return typeof enabled === 'boolean' ? enabled : undefined;
}
