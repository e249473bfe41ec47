/** The same behind a URL that sends events as they come. */
import { streamHandle } from 'hono/aws-lambda';
import { app } from './app.ts';

export const handler = streamHandle(app);
