import { app } from './tasks/app.ts';
import { addReplaced, addToAll, replaceWithChain } from './tasks/canvas.ts';

export const handler = app.handler(addReplaced, addToAll, replaceWithChain);
