import type { Address } from '../core/protocol/address.ts';

/**
 * Values and blocks that are too large for an outcome or a message: in the table up to 8 KB, in the bucket above.
 * Nothing is ever overwritten, so a committed value never changes.
 */
export interface Payloads {
  /**
   * Keeps a value and answers with the reference to commit. The key holds the delivery's token, so two racing
   * deliveries never write the same one; a second call of one delivery writes the same bytes again.
   */
  putValue(params: {
    readonly address: Address;
    readonly token: string;
    readonly text: string;
    readonly until: number;
  }): Promise<string>;
  /** The text kept under a reference. Throws `UnknownResult` if it is not there (any more). */
  getValue(params: { readonly ref: string }): Promise<string>;
  /** Removes a value; a second call changes nothing. */
  removeValue(params: { readonly ref: string }): Promise<void>;
  /**
   * Keeps a block under a key that the core made: `table:<name>` or `bucket:<name>`, where the name begins with an id
   * and its workflow. A second call writes the same text again.
   */
  putBlock(params: { readonly key: string; readonly text: string; readonly until: number }): Promise<void>;
  /** The text of a block. Throws `UnknownResult` if it is not there. */
  getBlock(params: { readonly key: string }): Promise<string>;
}
