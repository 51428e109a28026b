/** The plan of a comparison with the margins that the command line names in place of its own. */
import { ComparisonMargins, type ComparisonPlan } from '../contracts/comparison-plan.ts';
import { UsageError } from './failures.ts';
import type { MarginChange } from './margin-option.ts';

/** @throws UsageError for a margin that is out of range */
export function withMargins(plan: ComparisonPlan, changes: readonly MarginChange[]): ComparisonPlan {
  const changed = changes.reduce((margins, change) => change(margins), plan.margins);
  const checked = ComparisonMargins.safeParse(changed);
  if (checked.success) return { ...plan, margins: checked.data };
  const [issue] = checked.error.issues;
  throw new UsageError(`--margin: ${issue?.path.join('.') ?? ''} is out of range: ${issue?.message ?? ''}`);
}
