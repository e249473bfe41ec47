import type { Closing, Window } from '../core/protocol/window.ts';

/** The key of windows of debounced calls. */
export interface ReadWindow {
  readonly key: string;
}

/** A window after a call, to keep until `until` (epoch ms, as everywhere here). */
export interface PutWindow extends ReadWindow {
  readonly window: Window;
  readonly until: number;
}

/** A window whose end has been sent. */
export interface NoteWake extends ReadWindow {
  readonly number: number;
}

/** A window to close at `now`, for the message `mid` of the workflow. */
export interface CloseWindow extends NoteWake {
  readonly workflow: string;
  readonly mid: string;
  readonly now: number;
}

/** The windows of debounced calls. */
export interface Windows {
  /** Returns the newest window of a key, read strongly; one whose time is over is closed. */
  newest(params: ReadWindow): Promise<Window | undefined>;
  /**
   * Writes a window after a call, and returns whether it did: the first call needs a free number, and any other the window as it
   * stood one call before, open. A second call returns false.
   */
  put(params: PutWindow): Promise<boolean>;
  /** Notes that a message is sent that ends a window; a second call changes nothing. */
  noteWake(params: NoteWake): Promise<void>;
  /**
   * Closes a window that is due at `now`, and returns it as it stands then: closed by this message, by another one, or
   * still open. Undefined if there is no such window of the workflow. A second call changes nothing.
   */
  close(params: CloseWindow): Promise<Closing | undefined>;
}
