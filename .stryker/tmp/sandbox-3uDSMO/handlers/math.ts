import { app } from './tasks/app.ts';
import { add, mul, tsum, xsum } from './tasks/math.ts';

export const handler = app.handler(add, mul, tsum, xsum);
