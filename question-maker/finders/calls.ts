/** Questions about who calls whom: of a function that the code uses in one place alone, that place is to be found. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { candidate, enclosing, type ReadFile } from '../candidate.ts';
import { type Corpus, namingFacts } from '../corpus.ts';
import { placesOf } from './errors.ts';

/** Of each name of code, how often it stands in code that is no test, and where last: `null` for more than twice. */
export type Mentions = ReadonlyMap<string, { count: number; last: { file: ReadFile; line: number } }>;

const word = /[A-Za-z_$][\w$]{5,}/g;
const callable = /^(function|method|func|fn|def)/i;

/** @param wanted names that are defined once */
export function mentionsInCode({ files, definitions }: Corpus): Mentions {
  const found = new Map<string, { count: number; last: { file: ReadFile; line: number } }>();
  for (const file of files) {
    if (file.class !== 'code') continue;
    for (const [at, line] of file.lines.entries()) {
      if (line.length > 400 || /^\s*(\/\/|\/?\*|#|import\b|from\b|export \{|use\b)/.test(line)) continue;
      for (const [name] of line.matchAll(word)) {
        const places = definitions.get(name);
        if (places?.length !== 1 || (places[0]?.file === file && places[0].definition.line === at + 1)) continue;
        found.set(name, { count: (found.get(name)?.count ?? 0) + 1, last: { file, line: at + 1 } });
      }
    }
  }
  return found;
}

/** Any answer may hold a word as short as `run`, whether it names the function or not. */
const isTelling = (name: string): boolean => name.length > 4 || /[A-Z_$]/.test(name);

export function callCandidates(corpus: Corpus & { mentions: Mentions }): Candidate[] {
  return [...corpus.mentions].flatMap(([name, { count, last }]) => {
    const [place] = corpus.definitions.get(name) ?? [];
    const line = last.file.lines[last.line - 1] ?? '';
    const isCall = new RegExp(`(?<![\\w$])${name.replace(/\$/g, '\\$')}\\s*\\(`).test(line);
    if (count !== 1 || place === undefined || !callable.test(place.definition.kind) || !isCall) return [];
    // Names of one plain word are used in other ways, too.
    if (!/[a-z][A-Z]|[a-z]_[a-z]/.test(name)) return [];
    const inside = enclosing(last.file, last.line);
    if (inside === null || inside.names.includes(name)) return [];
    const names = namingFacts(corpus, inside);
    if (names === null || !names.flat().some(({ text }) => isTelling(text))) return [];
    return [
      candidate({
        ...{ source: 'call', route: 'code', file: last.file, key: name, facts: names },
        question: `From which ${names.length > 1 ? 'method of which class' : 'function or method'} does the code call \`${name}\``,
        lines: [last.line, last.line],
        also: placesOf(last.file, inside),
        secrets: inside.names,
        reference: `\`${inside.inner.name}\` in ${last.file.path} calls it${inside.owner === null ? '' : ` (\`${inside.owner}\`)`}.`,
      }),
    ];
  });
}
