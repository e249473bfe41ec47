import { isJoinFrame } from './frames.ts';
import { workflowOf } from './ids.ts';
import type { Frame, Input } from './message.ts';
import type { Value } from './outcome.ts';
import { elementsOf, isStoredItems } from './plan.ts';
import type { Items, Link, Plan } from './plan.ts';

/** The parts of a message that can point to something stored. */
export interface Pointing {
  readonly sig?: Plan | undefined;
  readonly in?: Input | undefined;
  readonly links?: readonly Link[] | undefined;
  readonly frames?: readonly Frame[] | undefined;
}

/**
 * Returns the first place outside `workflow` that a message points to: a group whose values it reads, a value, or a
 * block. A message reads and settles only its own workflow, so a sender to a queue cannot read another workflow through it.
 */
export function pointerOutside(workflow: string, { sig, in: input, links, frames }: Pointing): string | undefined {
  const found = new Pointers();
  for (const frame of frames ?? []) found.addFrame(frame);
  if (sig !== undefined) found.addPlan(sig);
  if (input !== undefined) found.addInput(input);
  found.addLinks(links);
  return found.all.find(({ owner }) => owner !== workflow)?.place;
}

// --- internal ---

interface Pointer {
  readonly place: string;
  /** The workflow that the place is in; absent: no sender of ours writes a place of this form. */
  readonly owner: string | undefined;
}

/** The form of a block's key, and of a reference to a value, up to the end of the workflow. */
const BLOCK = /^(?:table|bucket):([\w:-]+)/;
const VALUE = /^(?:table:|memory:|bucket:v\/)([\w:-]+)/;

class Pointers {
  readonly all: Pointer[] = [];

  addFrame(frame: Frame): void {
    this.addLinks(frame.links);
    if (!isJoinFrame(frame)) {
      this.#addBase(frame.base);
      this.#addItems(frame.steps);
      return;
    }
    this.#addBase(frame.join);
    this.#addValue(frame.own);
  }

  addPlan(plan: Plan): void {
    this.addLinks(plan.links);
    if ('task' in plan) {
      this.#addBlock(plan.stored);
      return;
    }
    this.#addItems(elementsOf(plan));
    if ('par' in plan) this.#addValue(plan.own);
  }

  addLinks(links: readonly Link[] = []): void {
    for (const { plan } of links) this.addPlan(plan);
  }

  addInput(input: Input): void {
    if ('val' in input) return;
    if (!('failure' in input)) {
      this.#addValue(input);
      return;
    }
    const { error, call } = input.failure;
    this.#addValue(error);
    if (call === undefined) return;
    this.addPlan(call.sig);
    if (call.in !== undefined) this.addInput(call.in);
  }

  #addItems(items: Items): void {
    if (isStoredItems(items)) this.#addBlock(items.stored);
    else for (const item of items) this.addPlan(item);
  }

  #addValue(value: Value | undefined): void {
    if (value === undefined || 'inline' in value) return;
    if ('join' in value) this.#addBase(value.join);
    else this.all.push({ place: value.ref, owner: VALUE.exec(value.ref)?.[1] });
  }

  #addBlock(key: string | undefined): void {
    if (key !== undefined) this.all.push({ place: key, owner: BLOCK.exec(key)?.[1] });
  }

  #addBase(base: string): void {
    this.all.push({ place: base, owner: workflowOf(base) });
  }
}
