/** All mutants of a source in one text: a switch chooses, at run time, which of them is active (mutant schemata). */
import type { SourceMutant } from './mutators.ts';
import { parseSource } from './syntax.ts';

/** The name of the switch in the text: a function of a mutant's number that says whether that one is active. */
export const switchName = '__mutant__';

/** @param first number of the first mutant; the others follow in their order */
export function withMutants(
  source: string,
  mutants: readonly SourceMutant[],
  first: number,
  switchFrom: string,
): string {
  const { code } = parseSource(source);
  const numbered = mutants.map((mutant, at) => ({ ...mutant, id: first + at }));
  const write = (start: number, end: number, inside: readonly Numbered[]): string => {
    let text = '';
    let at = start;
    for (let next = 0; next < inside.length; ) {
      const { start: from, end: to, kind } = inside[next] as Numbered;
      const here = inside.slice(next).filter((each) => each.start === from && each.end === to);
      const below = inside
        .slice(next + here.length)
        .filter((each) => each.start >= from && each.end <= to && to > from);
      next += here.length + below.length;
      const before = code.slice(at, from);
      at = to;
      if (kind === 'insertion') {
        text += before + here.map((each) => `if(${switchName}(${each.id}))${each.text}`).join('');
        continue;
      }
      const original = write(from, to, below);
      const choice = here.map((each) => `${switchName}(${each.id})?(${each.text}):`).join('');
      text += `${before}(${choice}(${original}))`;
    }
    return text + code.slice(at, end);
  };
  return `${write(0, code.length, numbered)}\nimport { ${switchName} } from ${JSON.stringify(switchFrom)};\n`;
}

type Numbered = SourceMutant & { id: number };
