import type { Block } from '../core/protocol/blocks.ts';
import type { Addressed } from './outcomes.ts';

/** The value of an outcome, kept by the delivery of this token. */
export interface PutValue extends Addressed {
  readonly token: string;
  readonly text: string;
  /** Epoch ms until which it lives. */
  readonly until: number;
}

/** The reference that `putValue` answered with: it names the workflow of the value, as `pointers.ts` reads it. */
export interface ValueRef {
  readonly ref: string;
}

/** The key of a block, as the core made it. */
export interface BlockKey {
  readonly key: string;
}

/** Parts of a canvas, or of arguments. */
export interface PutBlocks {
  readonly blocks: readonly Block[];
  /** Epoch ms until which it lives. */
  readonly until: number;
}

/**
 * Values and blocks that are too large for an outcome or a message: in the table up to 8 KB, in the bucket above.
 * Nothing is ever overwritten, so a committed value never changes.
 */
export interface Payloads {
  /**
   * Keeps a value and answers with the reference to commit. The key holds the delivery's token, so two racing
   * deliveries never write the same one; a second call of one delivery writes the same bytes again.
   */
  putValue(params: PutValue): Promise<string>;
  /** The text kept under a reference. Throws `UnknownResult` if it is not there (any more). */
  getValue(params: ValueRef): Promise<string>;
  /** Removes a value; a second call changes nothing. */
  removeValue(params: ValueRef): Promise<void>;
  /**
   * Keeps blocks under keys that the core made: `table:<name>` or `bucket:<name>`, where the name begins with an id and
   * its workflow. Resolves when all are kept; if it throws, some may be. A second call writes the same texts again.
   */
  putBlocks(params: PutBlocks): Promise<void>;
  /** The text of a block. Throws `UnknownResult` if it is not there. */
  getBlock(params: BlockKey): Promise<string>;
}
