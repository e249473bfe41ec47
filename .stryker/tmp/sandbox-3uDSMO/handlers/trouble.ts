import { app } from './tasks/app.ts';
import { crash, fail, raiseError, retry, retryOnce, sleeping } from './tasks/trouble.ts';

export const handler = app.handler(crash, fail, raiseError, retry, retryOnce, sleeping);
