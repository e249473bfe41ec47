import type { Plan } from '../../core/protocol/plan.ts';
import type { Shape } from '../../core/protocol/shape.ts';
import { runsOf } from '../../core/protocol/shape.ts';

/** Returns a plan of a shape, for an estimate of its price: without arguments, and with tasks where the shape has gaps. */
export function planOfShape(shape: Shape | null): Plan {
  if (shape === null) return { task: '' };
  if (typeof shape === 'string') return { task: shape };
  const items = runsOf(shape).flatMap(([count, inner]) => Array<Plan>(count).fill(planOfShape(inner)));
  return 'seq' in shape ? { seq: items } : { par: items };
}
