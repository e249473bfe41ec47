import type { SignatureData } from '../core/signature.ts';
import type { AnySignature } from '../core/signature-types.ts';

/** What a signature needs of its app. */
export interface Caller {
  /** Runs it in this process. */
  runHere(data: SignatureData): Promise<unknown>;
  /** Sends it, and answers with its handle. */
  send(data: SignatureData, options: { readonly taskId?: string; readonly dedupKey?: string }): Promise<unknown>;
}

/** A signature at run time; the public types say which arguments and results go with it. */
export interface RuntimeSignature extends AnySignature {
  (...later: readonly unknown[]): Promise<unknown>;
  readonly caller: Caller;
  delay(...later: readonly unknown[]): Promise<unknown>;
  applyAsync(options?: object): Promise<unknown>;
  set(options: object): RuntimeSignature;
  link(callback: AnySignature): RuntimeSignature;
  linkError(callback: AnySignature): RuntimeSignature;
  clone(): RuntimeSignature;
  pipe(next: AnySignature): RuntimeSignature;
  toJSON(): ReturnType<AnySignature['toJSON']>;
}

/** Whether a value is a signature or a canvas. */
export function isSignature(value: unknown): value is RuntimeSignature {
  return typeof value === 'function' && 'data' in value && 'caller' in value;
}
