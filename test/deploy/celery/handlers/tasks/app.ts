import { createApp } from 'chordal';

export const app = createApp('proj');
