/** Questions about errors: a person has the message, and wants to know who raises it and why. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { candidate, enclosing, type Enclosing, type ReadFile } from '../candidate.ts';
import { type Corpus, namingFacts } from '../corpus.ts';

const text =
  /(?:[fFrRbu]{0,2}"((?:[^"\\\n]|\\.){12,200})"|[fFrRbu]{0,2}'((?:[^'\\\n]|\\.){12,200})'|`((?:[^`\\]|\\.){12,200})`)/;
const starts = [
  /\bthrow\s+(?:new\s+)?[\w.]*\s*\(\s*/,
  /\braise\s+[\w.]+\s*\(\s*(?:_\(\s*)?/,
  /\b(?:errors\.New|fmt\.Errorf|errors\.Errorf|errors\.Wrapf?)\(\s*/,
  /\b(?:bail|anyhow|panic|ensure)!\(\s*/,
  /\b(?:reject|createError|new [A-Z]\w*Error)\(\s*/,
];
const thrown = starts.map((start) => new RegExp(start.source + text.source));

export function errorCandidates(file: ReadFile, { counts, ...corpus }: Corpus & { counts: Messages }): Candidate[] {
  if (file.class !== 'code') return [];
  return throwsIn(file).flatMap(({ message, line }) => {
    const inside = enclosing(file, line);
    const shown = asSeen(message);
    const names = inside === null ? null : namingFacts(corpus, inside);
    if (counts.get(message) !== 1 || inside === null || shown === null || names === null) return [];
    const { inner } = inside;
    const cause = conditionAbove(file, line, inner.line, shown);
    const what = names.length > 1 ? 'method of which class' : 'function or method';
    const asked = `We get this error: "${shown}". Which ${what} raises it`;
    return [
      candidate({
        ...{ source: 'error', route: 'debug', file, key: message },
        question: cause === null ? asked : `${asked}, and what does it check before`,
        lines: [Math.min(cause?.line ?? line, line), Math.min(line + 1, Math.max(line, inner.last))],
        also: placesOf(file, inside),
        facts: [
          ...names,
          ...(cause === null ? [] : [cause.names.map((name) => ({ text: name, match: 'code' as const }))]),
        ],
        secrets: inside.names,
        reference: `\`${inner.name}\` in ${file.path} raises it${cause === null ? '' : `, after it has checked \`${cause.condition}\``}.`,
      }),
    ];
  });
}

/** Where the names of a function, and of its class, stand. */
export function placesOf(file: ReadFile, { named }: Enclosing): { file: ReadFile; lines: [number, number] }[] {
  return named.map(({ line }) => ({ file, lines: [line, line] }));
}

export type Messages = ReadonlyMap<string, number>;

/** How often each message is raised, in all code. */
export function messageCounts(files: readonly ReadFile[]): Messages {
  const counts = new Map<string, number>();
  for (const file of files)
    if (file.class === 'code')
      for (const { message } of throwsIn(file)) counts.set(message, (counts.get(message) ?? 0) + 1);
  return counts;
}

function throwsIn({ lines }: ReadFile): { message: string; line: number }[] {
  return lines.flatMap((line, at) => {
    if (line.length > 300 || !/throw|raise|[Ee]rr|bail|panic|ensure|reject/.test(line)) return [];
    // The message often stands on the next line, or on several.
    const here = lines
      .slice(at, at + 5)
      .map((each) => each.trim().slice(0, 300))
      .join(' ');
    for (const pattern of thrown) {
      const found = pattern.exec(here);
      if (found === null || found.index >= line.trim().length) continue;
      const [all, double, single, back] = found;
      const message = double ?? single ?? back ?? '';
      return [{ message: `${message}${goesOn(here.slice(found.index + all.length))}`, line: at + 1 }];
    }
    return [];
  });
}

/** The texts that a message is put together with, right behind its first one. */
function goesOn(rest: string): string {
  const next = /^\s*\+?\s*[fFrRbu]{0,2}(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')(?!\s*\.\w)/.exec(rest);
  if (next === null) return '';
  return `${next[1] ?? next[2] ?? ''}${goesOn(rest.slice(next[0].length))}`;
}

/** The message with something plausible for what is filled in; null where too little of it is fixed. */
function asSeen(message: string): string | null {
  const fixed = message.replace(/\$\{[^}]*\}|\{[^}]*\}|%[-#+0-9.]*[a-zA-Z]/g, ' ');
  if ((fixed.match(/[\p{L}]{2,}/gu) ?? []).length < 3 || /\$\{[^}]*\{/.test(message)) return null;
  let filled = 0;
  const next = (values: readonly string[]) => () => values[filled++ % values.length] ?? '';
  return message
    .replace(/(?:\$\{[^}]*\}|\{[^}]*\}|%[-#+0-9.]*[a-ce-zA-Z])+/g, next(['foo', 'bar', 'baz']))
    .replace(/%[-#+0-9.]*d/g, next(['3', '1', '7']))
    .replace(/\\n/g, ' ')
    .replace(/\\(.)/g, '$1')
    .replace(/[.:,\s]+$/, '')
    .replace(/\s+/g, ' ');
}

const ordinary = new Set(
  'if else elif not and or is in None null undefined true false True False nil self this typeof instanceof len new return err error string number object function isinstance options option args argument arguments value values data config input result params name node item index match test call has let some length await async const var int str list dict'.split(
    ' ',
  ),
);

/** The condition right above, with the names in it that an answer would tell; null where there is none. */
function conditionAbove({ lines }: ReadFile, line: number, top: number, shown: string) {
  const indent = indentOf(lines[line - 1] ?? '');
  const onLine = /^\s*if\s*\(?(.+?)\)?\s*(?:throw|raise|return)\b/.exec(lines[line - 1] ?? '')?.[1];
  for (let at = line - 1; at >= Math.max(top, line - 6); at -= 1) {
    const each = onLine === undefined ? (lines[at - 1] ?? '') : `if ${onLine}`;
    const condition = /^\s*(?:\}?\s*else\s+)?(?:if|elif|unless)\b\s*(.+?)\s*[:{]?\s*$/.exec(each)?.[1];
    if (condition === undefined || (onLine === undefined && indentOf(each) >= indent)) continue;
    const names = [...new Set(condition.match(/[A-Za-z_$][\w$]*/g) ?? [])].filter(
      (name) => name.length >= 4 && !ordinary.has(name) && !shown.includes(name),
    );
    return names.length === 0 || condition.length > 140
      ? null
      : { condition, names: names.slice(0, 6), line: onLine === undefined ? at : line };
  }
  return null;
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
