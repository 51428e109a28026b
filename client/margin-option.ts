/** Reads `--margin DIMENSION=VALUE`, the smallest difference that counts. */
import { ComparisonMargins, type ComparisonPlan } from '../contracts/comparison-plan.ts';
import { UsageError } from './failures.ts';

/** A change of the plan's margins. */
export type MarginChange = (margins: ComparisonMargins) => ComparisonMargins;

const names = {
  accuracy: 'accuracy',
  route: 'route',
  waste: 'waste',
  cost: 'costRatio',
  latency: 'latencyRatio',
} as const;

/** Shares for accuracy, route and waste (0.02 is two points), ratios for cost and latency (1.25 is a quarter more). @throws UsageError */
export function marginChange(text: string): MarginChange {
  const [, name = '', route, digits = ''] = /^([a-z]+)(?:@([^=]+))?=(\d+(?:\.\d+)?|\.\d+)$/.exec(text) ?? [];
  if (!Object.hasOwn(names, name) || (route !== undefined && name !== 'accuracy'))
    throw new UsageError(
      `--margin ${text}: it must be accuracy=0.02, accuracy@ROUTE=0.05, route=0.03, waste=0.05, cost=1.25 or latency=1.25`,
    );
  const field = names[name as keyof typeof names];
  const value = Number(digits);
  const bounds = ComparisonMargins.shape[field].safeParse(value);
  if (!bounds.success)
    throw new UsageError(`--margin ${text} is out of range: ${bounds.error.issues[0]?.message ?? ''}`);
  return (margins) =>
    route === undefined
      ? { ...margins, [field]: value }
      : { ...margins, routes: { ...margins.routes, [route]: value } };
}

export function withMargins(plan: ComparisonPlan, changes: readonly MarginChange[]): ComparisonPlan {
  return { ...plan, margins: changes.reduce((margins, change) => change(margins), plan.margins) };
}
