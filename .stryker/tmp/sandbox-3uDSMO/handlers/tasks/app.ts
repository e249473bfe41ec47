import { createApp } from 'chordal';

/** The app of all sample tasks, whichever function runs them. */
export const app = createApp('chordal');
