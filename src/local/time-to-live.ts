import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { isPlainObject } from '../core/values/json.ts';

/**
 * Puts in front of a DynamoDB server the two operations that dynalite lacks: those that turn time to live on, and say
 * whether it is. No item expires here, and no reader relies on it; but a Celery application asks for it.
 */
export function answerTimeToLive(server: Server): void {
  const listeners = server.listeners('request');
  const specifications = new Map<unknown, Specification>();
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const [, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    if (operation === 'UpdateTimeToLive' || operation === 'DescribeTimeToLive') {
      void answer(request, response, specifications);
      return;
    }
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
  });
}

// --- internal ---

/** The setting that a caller asks for. */
interface Specification {
  readonly AttributeName?: unknown;
  readonly Enabled?: unknown;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  specifications: Map<unknown, Specification>,
): Promise<void> {
  const given: unknown = await json(request).catch(() => undefined);
  const { TableName: table, TimeToLiveSpecification: specification } = isPlainObject(given) ? given : {};
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  if (isPlainObject(specification)) {
    specifications.set(table, specification);
    response.end(JSON.stringify({ TimeToLiveSpecification: specification }));
    return;
  }
  const { AttributeName, Enabled } = specifications.get(table) ?? {};
  const described =
    Enabled === true ? { TimeToLiveStatus: 'ENABLED', AttributeName } : { TimeToLiveStatus: 'DISABLED' };
  response.end(JSON.stringify({ TimeToLiveDescription: described }));
}
