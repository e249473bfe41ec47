import { chord, createApp } from 'chordal';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
// Types alone: the API sends messages, and has none of the tasks' code.
import type { price, total } from '../handlers/orders.ts';

const tasks = createApp('orders');
const priceOf = tasks.declare<typeof price>('price');
const totalOf = tasks.declare<typeof total>('total');

export const app = new Hono();

/** Starts a workflow, and answers at once. A client that sends again with the same key starts nothing more. */
app.post('/orders', async (c) => {
  const order: unknown = await c.req.json().catch(() => undefined);
  if (!isOrder(order)) return c.json({ error: 'expected { "items": ["tea", …] }' }, 400);
  const key = c.req.header('idempotency-key');
  const sum = chord(
    order.items.map((item) => priceOf.s(item)),
    totalOf.s(),
  );
  const { taskId } = await sum.applyAsync(key === undefined ? {} : { dedupKey: key });
  return c.json({ id: taskId }, 202, { location: `/orders/${taskId}` });
});

/** For clients that poll. */
app.get('/orders/:id', async (c) => c.json(await look(c.req.param('id'))));

/** For clients that listen: an event for each change, until the workflow has ended. */
app.get('/orders/:id/events', (c) =>
  streamSSE(c, async (stream) => {
    let last = '';
    while (!stream.aborted) {
      const status = await look(c.req.param('id'));
      const data = JSON.stringify(status);
      if (data !== last) await stream.writeSSE({ event: status.state, data });
      last = data;
      if (ENDED.includes(status.state)) return;
      await stream.sleep(250);
    }
  }),
);

// --- internal ---

const ENDED = ['SUCCESS', 'FAILURE', 'REVOKED'];

interface Order {
  readonly items: readonly string[];
}

function isOrder(given: unknown): given is Order {
  if (typeof given !== 'object' || given === null || !('items' in given)) return false;
  return Array.isArray(given.items) && given.items.every((item) => typeof item === 'string');
}

/** Returns how far a workflow has got, and its value or its error if it has ended. */
async function look(id: string) {
  const result = tasks.asyncResult<number>(id);
  const state = await result.state();
  const { done, total: all } = await result.progress();
  if (!ENDED.includes(state)) return { state, done, all };
  const value = await result.get({ propagate: false });
  return { state, done, all, ...(value instanceof Error ? { error: value.message } : { value }) };
}
