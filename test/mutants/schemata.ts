/** All mutants of a source in one text: a switch chooses, at run time, which of them is active (mutant schemata). */
import type { SourceMutant } from './mutators.ts';
import { isNode, parseSource, walk } from './syntax.ts';

/** How the text asks: by a call that notes what was asked, or by a comparison that costs a hot loop nothing. */
export type Style = 'call' | 'compare';

/** A mutant with its number, or (null) the condition of a loop, whose rounds are counted. */
type Part = Pick<SourceMutant, 'start' | 'end' | 'text' | 'kind'> & { id: number | null };

/** @param first number of the first mutant; the others follow in their order */
export function withMutants(
  source: string,
  mutants: readonly SourceMutant[],
  { first, switchFrom, style }: { first: number; switchFrom: string; style: Style },
): string {
  const { code } = parseSource(source);
  const numbered = mutants.map((mutant, at): Part => ({ ...mutant, id: first + at }));
  const parts = [...numbered, ...loopsOf(source)].sort((one, other) => one.start - other.start || other.end - one.end);
  const isActive = (id: number | null) => (style === 'call' ? `__mutant__(${id})` : `__mutant__.active===${id}`);
  const write = (start: number, end: number, inside: readonly Part[]): string => {
    let text = '';
    let at = start;
    for (let next = 0; next < inside.length; ) {
      const { start: from, end: to, kind } = inside[next] as Part;
      const here = inside.slice(next).filter((each) => each.start === from && each.end === to);
      const below = inside
        .slice(next + here.length)
        .filter((each) => each.start >= from && each.end <= to && to > from);
      next += here.length + below.length;
      text += code.slice(at, from);
      at = to;
      const choices = here.filter(({ id }) => id !== null);
      if (kind === 'insertion') text += choices.map((each) => `if(${isActive(each.id)})${each.text}`).join('');
      else {
        const counted = choices.length < here.length ? '__round__(),' : '';
        const choice = choices.map((each) => `${isActive(each.id)}?(${each.text}):`).join('');
        text += `(${counted}${choice}(${write(from, to, below)}))`;
      }
    }
    return text + code.slice(at, end);
  };
  const imported = style === 'call' ? '__mutant__' : '__switch__ as __mutant__';
  const text = write(0, code.length, parts);
  return `${text}\nimport { ${imported}, __round__ } from ${JSON.stringify(switchFrom)};\n`;
}

/** The conditions of loops. */
function loopsOf(source: string): Part[] {
  const loops = [...walk(parseSource(source).program)].filter(({ node }) =>
    /^(?:For|(?:Do)?While)Statement$/.test(node.type),
  );
  return loops.flatMap(({ node: { test } }) =>
    isNode(test) ? [{ start: test.start, end: test.end, text: '', kind: 'expression', id: null }] : [],
  );
}
