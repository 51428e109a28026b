/** Fields that had another name in 0.1: a record that has them is read as if it had the present ones. */

type Fields = Record<string, unknown>;

/** What each field was called. */
const recordNames = { variant: 'arm' };
const placeNames = { first_line: 'firstLine', last_line: 'lastLine' };
const callNames = { arguments_text: 'argumentsText' };
const usageNames = {
  model_calls: 'modelCalls',
  input_tokens: 'inputTokens',
  cached_input_tokens: 'cachedInputTokens',
  output_tokens: 'outputTokens',
  reasoning_tokens: 'reasoningTokens',
  cost_usd: 'costUsd',
};

/** Anything that is no record is left to the schema. Where a field has both names, the present one counts. */
export function presentNames(record: unknown): unknown {
  if (!isFields(record)) return record;
  const named = withNames(recordNames)(record) as Fields;
  change(named, 'evidence', each(withNames(placeNames)));
  change(named, 'specialist_output', each(presentOutput));
  change(named, 'tools_called', each(withNames(callNames)));
  change(named, 'usage', withNames(usageNames));
  change(named, 'failed_usage', withNames(usageNames));
  return withOneCost(named);
}

/** 0.1 wrote the cost twice, into `usage` too. */
function withOneCost(record: Fields): Fields {
  if (!isFields(record.usage) || !Object.hasOwn(record.usage, 'cost_usd')) return record;
  const { cost_usd: cost, ...usage } = record.usage;
  return { ...record, usage, cost_usd: record.cost_usd ?? cost };
}

function presentOutput(output: unknown): unknown {
  if (!isFields(output)) return output;
  const named = { ...output };
  change(named, 'citations', each(withNames(placeNames)));
  return named;
}

/** @param names present name to former one; @returns what reads an object under both, and leaves anything else as it is */
export const withNames =
  (names: Readonly<Record<string, string>>) =>
  (value: unknown): unknown => {
    if (!isFields(value)) return value;
    const named = { ...value };
    for (const [present, former] of Object.entries(names)) {
      if (!Object.hasOwn(named, former) || Object.hasOwn(named, present)) continue;
      named[present] = named[former];
      delete named[former];
    }
    return named;
  };

const each =
  (change: (value: unknown) => unknown) =>
  (list: unknown): unknown =>
    Array.isArray(list) ? list.map(change) : list;

function change(fields: Fields, name: string, how: (value: unknown) => unknown): void {
  if (Object.hasOwn(fields, name)) fields[name] = how(fields[name]);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
