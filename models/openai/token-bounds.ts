/** Reads from a refusal how many output tokens an endpoint allows at most, or asks for at least. */

export type TokenBound = { most: number } | { least: number };

const aboutAmount =
  /too (large|high|big|many|small|low|few)|at (most|least)|less than|greater than|more than|no more|maxim|minim|between|range|exceed|larger|below|above|up to|limit(ed)? (of|to|is)|smaller|[<>≤≥]|\[\s*\d/i;

/** True: the complaint is about how many, not about the field. */
export function isAboutAmount(message: string): boolean {
  return (
    aboutAmount.test(message) &&
    !/unsupported (parameter|argument|field)|unrecognized|unknown (name|parameter|field)/i.test(message)
  );
}

/**
 * The bound that the words give for a limit that was refused: the nearest number on the right side of what was sent. Names
 * of models and versions are no numbers. Without a number half of it is tried, or the double.
 */
export function tokenBound(message: string, sent: number): TokenBound {
  const numbers = numbersIn(message);
  const wantsMore =
    /too (small|low|few)|below|at least|minim|greater than|more than|>|≥|larger than/i.test(message) &&
    !tooMany.test(message);
  const lower = numbers.filter((number) => number > sent);
  if (wantsMore && (lower.length > 0 || numbers.every((number) => number === sent)))
    return { least: lower.length > 0 ? Math.min(...lower) : Math.max(16, sent * 2) };
  const [from, to] = rangeIn(message) ?? [0, Number.POSITIVE_INFINITY];
  if (sent < from) return { least: from };
  const below = numbers.filter((number) => number > 0 && number < sent);
  const most = to < sent ? to : below.length > 0 ? Math.max(...below) : Math.floor(sent / 2);
  return { most: Math.max(1, strictlyLess(message, most) ? most - 1 : most) };
}

const tooMany = /too (large|high|big|many)|at most|less than|maxim|exceed|above|up to|no more/i;

function strictlyLess(message: string, most: number): boolean {
  const bounds = ungrouped(message).matchAll(/(?:less|smaller|lower) than \D{0,2}(\d{1,9})|<\s?(\d{1,9})/gi);
  return [...bounds].some(([, named, signed]) => Number(named ?? signed) === most);
}

/** "[1, 8192]", "between 1 and 8192". */
function rangeIn(message: string): [number, number] | null {
  const range = /[[(]\s?(\d{1,9})\s?[,;-]\s?(\d{1,9})\s?[\])]|\b(\d{1,9}) (?:and|to|-) (\d{1,9})\b/.exec(
    ungrouped(message),
  );
  const from = Number(range?.[1] ?? range?.[3] ?? Number.NaN);
  const to = Number(range?.[2] ?? range?.[4] ?? Number.NaN);
  return from <= to ? [from, to] : null;
}

function numbersIn(message: string): number[] {
  return [...ungrouped(message).matchAll(/(?<![\w.-])\d{1,9}(?![\w-]|\.\d)/g)].map(([digits]) => Number(digits));
}

/** 16,384 and 16_384 are one number. */
function ungrouped(message: string): string {
  return message.replace(/(?<=\d)[,_](?=\d{3}\b)/g, '');
}
