/** Chordal with every port in one process. */
import { memoryCloud } from 'chordal/testing';
import { handler as math } from '../../../handlers/math.ts';
import { chordalWorkloads } from './chordal-workloads.ts';
import { contest } from './contest.ts';

const cloud = memoryCloud({ math });
await contest(chordalWorkloads, async () => cloud.close());
