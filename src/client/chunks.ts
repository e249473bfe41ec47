import type { GroupData, MapData, SignatureData } from '../core/canvas/signature.ts';
import { InvalidCanvas } from '../core/errors/caller.ts';

/**
 * Returns the group of the `starmap`s of chunks, as Celery's `chunks.group()`. Options, and callbacks, stay those of the
 * whole.
 *
 * @throws InvalidCanvas for another canvas.
 */
export function groupOfChunks(data: SignatureData): GroupData {
  if (data.kind !== 'chunks')
    throw new InvalidCanvas(`Cannot make a group of a ${data.kind}: only chunks are one. Use group([…]).`);
  const { size, items, options, ...how } = data;
  const count = Math.ceil(items.length / size);
  const members = Array.from({ length: count }, (_, k): MapData => ({
    ...how,
    kind: 'starmap',
    items: items.slice(k * size, (k + 1) * size),
    options: {},
  }));
  return { kind: 'group', members, depth: 1, options };
}
