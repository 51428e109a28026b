/** Reads `--margin DIMENSION=VALUE`, the smallest difference that counts. */
import { InvalidArgumentError } from 'commander';
import type { ComparisonMargins } from '../contracts/comparison-plan.ts';

/** A change of the plan's margins. */
export type MarginChange = (margins: ComparisonMargins) => ComparisonMargins;

const names = {
  accuracy: 'accuracy',
  route: 'route',
  waste: 'waste',
  cost: 'costRatio',
  latency: 'latencyRatio',
} as const;

/** Shares for accuracy, route and waste (0.02 is two points), ratios for cost and latency (1.25 is a quarter more). */
export function marginChange(text: string): MarginChange {
  const [, name = '', route, digits = ''] = /^([a-z]+)(?:@([^=]+))?=(\d*\.?\d+)$/.exec(text) ?? [];
  if (!Object.hasOwn(names, name) || (route !== undefined && name !== 'accuracy'))
    throw new InvalidArgumentError(
      'It must be accuracy=0.02, accuracy@ROUTE=0.05, route=0.03, waste=0.05, cost=1.25 or latency=1.25.',
    );
  const field = names[name as keyof typeof names];
  const value = Number(digits);
  return (margins) =>
    route === undefined
      ? { ...margins, [field]: value }
      : { ...margins, routes: { ...margins.routes, [route]: value } };
}
