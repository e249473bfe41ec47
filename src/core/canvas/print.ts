import { printValue } from '../values/print-value.ts';
import type { SignatureData, TaskData } from './signature.ts';

/** How many members, and how many canvases inside each other, are shown before the rest is cut. */
const MEMBERS_SHOWN = 20;
const LEVELS_SHOWN = 20;

/**
 * Returns a signature as a person would write it.
 *
 * @example
 * ```ts
 * printSignature(chainOf([taskOf('add', { args: [1, 2] }), taskOf('add', { args: [3] })])); // 'add(1, 2) | add(3)'
 * ```
 */
export function printSignature(data: SignatureData): string {
  return print(data, 0);
}

// --- internal ---

function print(data: SignatureData, level: number): string {
  if (level > LEVELS_SHOWN) return '…';
  const inner = (one: SignatureData): string => print(one, level + 1);
  switch (data.kind) {
    case 'task':
      return printTask(data);
    case 'chain':
      return list(data.steps, inner, ' | ');
    case 'group':
      return `group([${list(data.members, inner)}])`;
    case 'chord':
      return `chord([${list(data.header, inner)}], ${inner(data.body)})`;
    case 'map':
      return `${data.task.task}.map(${printValue(data.items)})`;
    case 'starmap':
      return `${data.task.task}.starmap(${printValue(data.items)})`;
    case 'chunks':
      return `${data.task.task}.chunks(${printValue(data.items)}, ${data.size})`;
  }
}

function printTask({ task, args, kwargs, immutable }: TaskData): string {
  const named = Object.entries(kwargs);
  const given = [
    ...(args.length === 0 ? [] : [list(args, printValue)]),
    ...(named.length === 0 ? [] : [list(named, ([key, value]) => `${key}=${printValue(value)}`)]),
  ];
  return `${task}${immutable ? '!' : ''}(${given.join(', ')})`;
}

function list<Item>(items: readonly Item[], print: (item: Item) => string, separator = ', '): string {
  const shown = items.slice(0, MEMBERS_SHOWN).map(print).join(separator);
  return items.length <= MEMBERS_SHOWN ? shown : `${shown}${separator}… ${items.length - MEMBERS_SHOWN} more`;
}
