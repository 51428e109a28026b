/** What every format shares: defaults for what other software does not say, and the counting of what is lost. */
import { DatasetQuestion } from '../../contracts/dataset.ts';
import { LineProblem } from '../json-lines.ts';

/** For questions that do not say it themselves. */
export type ImportDefaults = { repository: string | null; ref: string | null; route: string };

/** What did not fit, and in how many questions. */
export class Losses {
  readonly #counts = new Map<string, number>();

  add(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  /** One line each, the most frequent first. */
  get lines(): string[] {
    return [...this.#counts].toSorted(([, one], [, other]) => other - one).map(([what, many]) => `${many} × ${what}`);
  }
}

/** Of a question that names no expected place: a citation of any file counts. */
export const anywhere = './';

/**
 * A question out of what another format says of it.
 * @param at names the item in messages
 * @throws LineProblem for one that is no question
 */
export function importedQuestion(
  given: Record<string, unknown>,
  { repository, ref, route }: ImportDefaults,
  at: string,
  losses: Losses,
): DatasetQuestion {
  const named = { repository, ref, expected_route: route, kind: 'answerable', gold: { paths: [] } };
  const whole: Record<string, unknown> = { ...withoutNull(named), ...withoutNull(given) };
  const gold = whole.gold as { paths?: unknown[] };
  if (whole.kind === 'answerable' && (gold.paths ?? []).length === 0) {
    losses.add('no expected places: any citation that resolves counts (gold.paths is "./")');
    whole.gold = { ...gold, paths: [anywhere] };
  }
  if (whole.repository === undefined)
    throw new LineProblem(`${at}: nothing says which repository it is about: give --repository`);
  const parsed = DatasetQuestion.safeParse(whole);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LineProblem(`${at}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'does not fit'}`);
}

function withoutNull(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
