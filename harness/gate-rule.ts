/** Reads and judges rules such as `accuracy>=baseline-0.02` or `verdict!=not-justified`, on which a build may depend. */
import type { Comparison } from './comparison/compare-variants.ts';
import { dimensions, whole } from './comparison/cells.ts';

const paired = dimensions;
const perVariant = ['routing', 'kappa', 'abstention', 'retries', 'errors'] as const;
/** `score@GRADER`: the mean of a grader of one's own. */
const own = 'score' as const;
const verdicts = ['justified', 'not-justified', 'undecided', 'not-comparable'];
type Metric = (typeof paired)[number] | (typeof perVariant)[number] | typeof own | 'verdict';
type Operator = '>=' | '<=' | '>' | '<' | '=' | '!=';

export type GateRule = {
  text: string;
  metric: Metric;
  /** A route, or the whole. */
  row: string;
  operator: Operator;
  /** A number, the baseline's figure changed by a number, or a verdict. */
  bound: number | { baseline: '+' | '-' | '*'; by: number } | string;
};
export type GateResult = { rule: string; met: boolean; reason: string };

/** A rule that cannot be read; the message says what can. */
export class GateRuleProblem extends Error {
  override name = 'GateRuleProblem';
}

const shape = /^\s*([a-z]+)(?:@([^<>=!\s]+))?\s*(>=|<=|==|!=|=|>|<)\s*(\S(?:.*\S)?)\s*$/;
const relative = /^baseline(?:\s*([-+*])\s*(\d+(?:\.\d+)?|\.\d+))?$/;

/**
 * METRIC[@ROUTE] OPERATOR BOUND; shares are 0 to 1, cost in US dollars and latency in ms a question, both means.
 * @throws GateRuleProblem
 */
export function parseGateRule(text: string): GateRule {
  const [, name = '', route, sign = '', value = ''] = shape.exec(text) ?? [];
  const metric = ([...paired, ...perVariant, own, 'verdict'] as const).find((each) => each === name);
  if (metric === undefined)
    throw problem(text, `it starts with one of ${[...paired, ...perVariant, own, 'verdict'].join(', ')}`);
  const operator = (sign === '==' ? '=' : sign) as Operator;
  if (route !== undefined && perVariant.some((each) => each === metric)) throw problem(text, `${metric} has no routes`);
  if (metric === own && route === undefined) throw problem(text, 'score@GRADER names a grader of your own');
  return { text: text.trim(), metric, row: route ?? whole, operator, bound: boundOf(text, metric, operator, value) };
}

function boundOf(text: string, metric: Metric, operator: Operator, value: string): GateRule['bound'] {
  if (metric === 'verdict') {
    if (!verdicts.includes(value)) throw problem(text, `a verdict is one of ${verdicts.join(', ')}`);
    if (operator !== '=' && operator !== '!=') throw problem(text, 'verdicts are compared by = or !=');
    return value;
  }
  const [matched, change = '+', by = '0'] = relative.exec(value) ?? [];
  if (matched !== undefined) return { baseline: change as '+' | '-' | '*', by: Number(by) };
  if (!/^-?(?:\d+(?:\.\d+)?|\.\d+)$/.test(value))
    throw problem(text, 'the bound is a number, or baseline, baseline+0.02, baseline-0.02, baseline*1.5');
  return Number(value);
}

function problem(text: string, why: string): GateRuleProblem {
  return new GateRuleProblem(`cannot read the gate "${text}": ${why}`);
}

/** A figure that is unknown does not meet its gate. */
export function judgeGate(rule: GateRule, comparison: Comparison): GateResult {
  const { text, metric, operator, bound } = rule;
  const row = rowOf(rule, comparison);
  if (typeof bound === 'string') {
    const kind = (row === whole ? comparison.verdict : comparison.routes[row])?.kind ?? 'unknown';
    const met = kind !== 'unknown' && (kind === bound) === (operator === '=');
    return { rule: text, met, reason: `the verdict${row === whole ? '' : ` of ${row}`} is ${kind}` };
  }
  const { baseline, candidate } = figuresOf(metric, row, comparison);
  const limit = typeof bound === 'number' ? bound : baseline === null ? null : changed(baseline, bound);
  if (candidate === null || limit === null) return { rule: text, met: false, reason: `${metric} of ${row} is unknown` };
  const said = `${metric} is ${rounded(candidate)}, the bound ${rounded(limit)}`;
  return { rule: text, met: holds(candidate, operator, limit), reason: said };
}

/** Of a dataset with one route, the whole is that route. */
function rowOf({ row }: GateRule, { baseline, cells }: Comparison): string {
  const routes = Object.keys(baseline.accuracyByRoute);
  const lone = routes.length === 1 && row === routes[0] && !cells.some((cell) => cell.row === row);
  return lone ? whole : row;
}

function changed(baseline: number, { baseline: change, by }: { baseline: '+' | '-' | '*'; by: number }): number {
  return change === '*' ? baseline * by : change === '-' ? baseline - by : baseline + by;
}

/** Bounds are compared with a slack of 1e-12, so that 0.6 - 0.02 is 0.58. */
function holds(value: number, operator: Operator, bound: number): boolean {
  const equal = Math.abs(value - bound) <= 1e-12 * Math.max(1, Math.abs(bound));
  switch (operator) {
    case '=':
      return equal;
    case '!=':
      return !equal;
    case '>=':
      return equal || value > bound;
    case '<=':
      return equal || value < bound;
    case '>':
      return !equal && value > bound;
    case '<':
      return !equal && value < bound;
  }
}

type Figures = { baseline: number | null; candidate: number | null };

function figuresOf(metric: Metric, row: string, comparison: Comparison): Figures {
  if (metric === own)
    return comparison.scores.find(({ grader }) => grader === row) ?? { baseline: null, candidate: null };
  const cell = comparison.cells.find((each) => each.row === row && each.dimension === metric);
  if (cell !== undefined) return cell;
  const of = (variant: Comparison['baseline']) =>
    ({
      routing: variant.routing.share,
      kappa: variant.routing.kappa,
      abstention: variant.abstention.mean,
      retries: variant.retries.mean,
      errors: variant.errors,
    })[metric as string] ?? null;
  return { baseline: of(comparison.baseline), candidate: of(comparison.candidate) };
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(4)));
}
