import { randomUUID } from 'node:crypto';

/** The id of a workflow that no other test uses. */
export function freshWorkflow(): string {
  return randomUUID();
}

/** Texts that an encoding could lose a part of. */
export const UNUSUAL_TEXT = 'naïve – 漢字 🜂 \u0000 \u2028 \uFFFF "\\" \t\r\n </script> \u0007';
