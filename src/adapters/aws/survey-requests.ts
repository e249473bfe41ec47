import type { ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { bareFootprint, idsAt, footprintOf } from '../../core/protocol/footprint.ts';
import type { Footprint } from '../../core/protocol/footprint.ts';
import { workflowOf } from '../../core/protocol/ids.ts';
import { readNumber, readText, text } from './attributes.ts';
import type { Item } from './attributes.ts';
import { markOf } from './journal-reader-requests.ts';
import { cellOf } from './outcome-codec.ts';

/** Makes the scan for everything that workflows, or one of them, have left, without values and blocks. */
export function keptRequest(table: string, workflow: string | undefined): ScanCommandInput {
  const kinds = ['t', 'c', 'u', 'b', 'd'];
  const isKind = [...kinds.map((kind) => `begins_with(sk, :${kind})`), 'sk = :s'].join(' OR ');
  const filter =
    workflow === undefined
      ? { FilterExpression: `${isKind} OR begins_with(pk, :journal)`, also: { ':journal': text('$journal/') } }
      : // A submission under a key of its own names its workflow.
        { FilterExpression: `(begins_with(pk, :w) OR w = :w) AND (${isKind})`, also: { ':w': text(workflow) } };
  return {
    TableName: table,
    ProjectionExpression: ['pk', 'sk', 'x', 'w', ...STANDING].join(', '),
    FilterExpression: filter.FilterExpression,
    ExpressionAttributeValues: {
      ...Object.fromEntries([...kinds, 's'].map((kind) => [`:${kind}`, text(kind)])),
      ...filter.also,
    },
  };
}

/** Returns the traces that an item of that scan holds. */
export function tracesOf(item: Item): readonly Footprint[] {
  const [pk, sk] = [readText(item, 'pk') ?? '', readText(item, 'sk') ?? ''];
  const until = (readNumber(item, 'x') ?? 0) * 1000;
  if (pk.startsWith('$journal/')) return [bareFootprint(markOf(item).id, until)];
  const kind = sk.charAt(0);
  // Progress is in its task's partition, under the rest of the task's id.
  if (kind === 'u') return [bareFootprint(`${pk.replace(/\/\d+$/, '')}${sk.slice(1)}`, until)];
  // A submission, or a window of debounced calls.
  if (kind === 's' || kind === 'd') return [bareFootprint(readText(item, 'w') ?? pk, until)];
  if (kind === 'b') return [bareFootprint(workflowOf(pk), until)];
  const isLeaf = kind === 'c';
  return idsAt({ pk, sk }).flatMap((id, slot) => footprintOf(id, cellOf(item, isLeaf ? slot : undefined), until) ?? []);
}

// --- internal ---

/** The attributes of a cell, of a task and of each slot of a leaf. */
const STANDING = ['', ...Array(8).keys()].flatMap((end) => ['o', 'r', 'd', 's', 'c'].map((name) => `${name}${end}`));
