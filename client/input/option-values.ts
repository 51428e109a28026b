/** Reads the values of options, so that a mistake is reported before anything starts. */
import { InvalidArgumentError, Option } from 'commander';
import type { SpendingLimit } from '../../contracts/benchmark.ts';
import type { DecisionPolicies } from '../../contracts/pipeline.ts';

/** The name that an option had before: it is still taken, as if `name` had been given, and no help shows it. */
class FormerOption extends Option {
  readonly #name: string;

  constructor(flags: string, name: string) {
    super(flags);
    this.#name = name;
    this.hideHelp();
  }

  override attributeName(): string {
    return this.#name;
  }
}

/** @param name the option's present one, as its value is called: `expectedRoute` */
export const formerOption = (flags: string, name: string): Option => new FormerOption(flags, name);

/** A whole number of at least `lowest`, written in digits. */
function wholeNumber(text: string, lowest: number): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < lowest)
    throw new InvalidArgumentError(`It must be a whole number of ${lowest} or more.`);
  return value;
}

export const count = (text: string): number => wholeNumber(text, 0);
export const positiveCount = (text: string): number => wholeNumber(text, 1);

/** A positive decimal number, such as an amount of money. */
export function positiveAmount(text: string): number {
  const value = Number(text);
  if (!/^\d{0,12}(\.\d{1,12})?$/.test(text) || text === '' || !(value > 0))
    throw new InvalidArgumentError('It must be a positive number such as 0.50.');
  return value;
}

const kindsOfDecisions = ['clarify', 'draft', 'try', 'budget', 'tool'] as const satisfies (keyof DecisionPolicies)[];

/** Which decisions a person is asked for. */
export function decisionKinds(text: string): (keyof DecisionPolicies)[] {
  if (text === 'all') return [...kindsOfDecisions];
  return text.split(',').map((name) => {
    const kind = kindsOfDecisions.find((each) => each === name.trim());
    if (kind === undefined) throw new InvalidArgumentError(`It must be of ${kindsOfDecisions.join(', ')}, or all.`);
    return kind;
  });
}

/** The id of a run as a person may choose it: safe in a URL and in a query. */
const chosenId = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
export const chosenIdRule = 'must be 1 to 200 letters, digits, dots, dashes and underscores';
export const isChosenId = (text: string): boolean => chosenId.test(text);

export function runIdValue(text: string): string {
  if (!isChosenId(text)) throw new InvalidArgumentError(`It ${chosenIdRule}.`);
  return text;
}

/** As SWITCHYARD_TENANT: the server takes fairness keys of 64 bytes. */
export function tenantName(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(text))
    throw new InvalidArgumentError('It must be 1 to 64 letters, digits, dots, dashes and underscores.');
  return text;
}

/** As SWITCHYARD_USER. */
export function userName(text: string): string {
  const name = text.trim();
  if (!/^[^\p{C}]{1,200}$/u.test(name)) throw new InvalidArgumentError('It must be 1 to 200 printable characters.');
  return name;
}

/** The id of a benchmark; one that a schedule has started ends with a time. */
export function benchmarkId(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]{0,199}$/.test(text))
    throw new InvalidArgumentError('It must be the id of a benchmark.');
  return text;
}

/** The id of a run that somebody may have started with other tools. */
export function knownRunId(text: string): string {
  if (!/^[^\s\p{Cc}]{1,1000}$/u.test(text)) throw new InvalidArgumentError('It must be the id of a run.');
  return text;
}

/** A share from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (!/^\d?(\.\d{1,12})?$/.test(text) || text === '' || value > 1)
    throw new InvalidArgumentError('It must be a number from 0 to 1 such as 0.25.');
  return value;
}

/** Dollars (`2.50`), or tokens (`500000tokens`). */
export function spendingLimit(text: string): SpendingLimit {
  const tokens = /^(\d{1,15}) ?tokens$/.exec(text)?.[1];
  if (tokens !== undefined && Number(tokens) > 0) return { kind: 'tokens', most: Number(tokens) };
  if (!/^\$?\d{0,12}(\.\d{1,12})?$/.test(text) || !(Number(text.replace('$', '')) > 0))
    throw new InvalidArgumentError(
      'It must be an amount of US dollars such as 2.50, or of tokens such as 500000tokens.',
    );
  return { kind: 'usd', most: Number(text.replace('$', '')) };
}

/** Collects the values of an option that is given several times. */
export function each(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A time of day, 00:00 to 23:59. */
export function timeOfDay(text: string): { hour: number; minute: number } {
  const [, hour, minute] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hour === undefined || minute === undefined) throw new InvalidArgumentError('It must be a time such as 03:00.');
  return { hour: Number(hour), minute: Number(minute) };
}

// The option `--filter` of benchmarks.

/** What a question can be chosen by. */
const fields = ['route', 'kind', 'id', 'tag', 'split', 'text', 'label'] as const;
export type FilterField = (typeof fields)[number];

/** Any of the values; all filters of a command together. */
export type QuestionFilter = {
  field: FilterField;
  not: boolean;
  values: string[];
  /** Of labels: of which benchmark; null: the last one that asked these questions. */
  benchmark: string | null;
  /** As it was given. */
  text: string;
};

const form = 'KEY=VALUE, with one of several as KEY=ONE,OTHER, and KEY!=VALUE for all others';

/** Collects the filters of a command. */
export function questionFilter(text: string, before: readonly QuestionFilter[] | undefined): QuestionFilter[] {
  const [, name = '', not = '', value = ''] = /^([a-z]+)(!?)=(.+)$/s.exec(text) ?? [];
  const field = fields.find((each) => each === name);
  if (field === undefined) throw new InvalidArgumentError(`It must be ${form}; the keys are ${fields.join(', ')}.`);
  const [, names = value, benchmark = null] = field === 'label' ? (/^([^@]+)@(.+)$/.exec(value) ?? []) : [];
  const values = field === 'text' ? [value] : names.split(',').map((one) => one.trim());
  return [...(before ?? []), { field, not: not === '!', values, benchmark, text }];
}
