import { app } from './tasks/app.ts';
import { identity, ids, log, record, recorded } from './tasks/text.ts';

export const handler = app.handler(identity, ids, log, record, recorded);
