import type { SignatureData, TaskData } from './signature.ts';

/** How many members or characters are shown before the rest is cut. */
const MEMBERS_SHOWN = 20;
const CHARACTERS_SHOWN = 80;

/**
 * A signature the way a person would write it.
 *
 * @example
 * ```ts
 * printSignature(chainOf([taskOf('add', { args: [1, 2] }), taskOf('add', { args: [3] })])); // 'add(1, 2) | add(3)'
 * ```
 */
export function printSignature(data: SignatureData): string {
  switch (data.kind) {
    case 'task':
      return printTask(data);
    case 'chain':
      return list(data.steps.map(printSignature), ' | ');
    case 'group':
      return `group([${list(data.members.map(printSignature), ', ')}])`;
    case 'chord':
      return `chord([${list(data.header.map(printSignature), ', ')}], ${printSignature(data.body)})`;
    case 'map':
      return `${data.task.task}.map(${printValue(data.items)})`;
    case 'starmap':
      return `${data.task.task}.starmap(${printValue(data.items)})`;
    case 'chunks':
      return `${data.task.task}.chunks(${printValue(data.items)}, ${data.size})`;
  }
}

/** A value, cut to a line. */
function printValue(value: unknown): string {
  const text = write(value);
  return text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN)}…` : text;
}

// --- internal ---

function printTask({ task, args, kwargs, immutable }: TaskData): string {
  const named = Object.entries(kwargs).map(([key, value]) => `${key}=${printValue(value)}`);
  return `${task}${immutable ? '!' : ''}(${[...args.map(printValue), ...named].join(', ')})`;
}

function list(parts: readonly string[], separator: string): string {
  if (parts.length <= MEMBERS_SHOWN) return parts.join(separator);
  return `${parts.slice(0, MEMBERS_SHOWN).join(separator)}${separator}… ${parts.length - MEMBERS_SHOWN} more`;
}

function write(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return String(value);
  try {
    return (JSON.stringify(value) ?? String(value)).replaceAll(',', ', ').replaceAll('":', '": ');
  } catch {
    return String(value);
  }
}
