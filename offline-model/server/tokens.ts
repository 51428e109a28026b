/** Counts and cuts tokens by a rule simple enough to check by hand: up to six letters or digits, or one other sign. */

const token = /\s?(?:[\p{L}\p{N}]{1,6}|[^\s\p{L}\p{N}])|\s/gu;

/** The tokens of a text, in order; joined they give the text again. */
export const splitTokens = (text: string): string[] => text.match(token) ?? [];

export function countTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(token)) count += 1;
  return count;
}
