import { compact, unlessEmpty } from '../values/compact.ts';
import { isJoinFrame } from './frames.ts';
import type { ChainFrame, Frame } from './message.ts';
import type { Link, Plan } from './plan.ts';

/** A chain around the plan to run again, with its remaining steps. */
export interface RestOfChain {
  readonly steps: readonly Plan[];
  readonly links?: readonly Link[];
}

/** Returns the chains around a message, innermost first, up to the group that contains it. */
export function chainsAround(frames: readonly Frame[]): readonly ChainFrame[] {
  const chains: ChainFrame[] = [];
  for (const frame of frames) {
    if (isJoinFrame(frame)) break;
    chains.push(frame);
  }
  return chains;
}

/**
 * Returns the work that a message leaves to be run, as a separate canvas. It holds the steps of the message, then those
 * of the chains around it. They become one chain with the callbacks of the outermost; the callbacks of the others wait
 * for their last step.
 */
export function remainsOf(first: readonly Plan[], links: readonly Link[], chains: readonly RestOfChain[]): Plan {
  const parts = [{ steps: first, links }, ...chains.map((chain) => ({ links: [], ...chain }))];
  const outermost = parts.at(-1)?.links ?? [];
  const steps = parts.flatMap((part, index) =>
    index === parts.length - 1 ? part.steps : withLinks(part.steps, part.links),
  );
  const [only] = steps;
  if (only !== undefined && steps.length === 1) return withLinks([only], outermost)[0] ?? only;
  return compact({ seq: steps, links: unlessEmpty(outermost) });
}

// --- internal ---

function withLinks(steps: readonly Plan[], links: readonly Link[]): readonly Plan[] {
  if (links.length === 0) return steps;
  return steps.map((step, index) =>
    index === steps.length - 1 ? { ...step, links: [...(step.links ?? []), ...links] } : step,
  );
}
