/** A program that runs inside `chordal dev`. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The messages to the process that keeps a program. */
export type ToKeeper = { readonly type: 'start'; readonly program: Program } | { readonly type: 'restart' };

/** Its messages. */
export type FromKeeper = { readonly type: 'up' } | { readonly type: 'ended'; readonly how: string };
