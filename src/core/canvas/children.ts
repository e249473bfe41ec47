import { mapChildren } from './signature.ts';
import type { SignatureData } from './signature.ts';

/** Lists the signatures that a canvas is made of, its callbacks left out. */
export function childrenOf(data: SignatureData): readonly SignatureData[] {
  const children: SignatureData[] = [];
  mapChildren(data, (child) => {
    children.push(child);
    return child;
  });
  return children;
}
