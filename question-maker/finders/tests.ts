/** Questions about tests: what a test says that it checks, and which function of the code it exercises for that. */
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { candidate, codeFact, lowerFirst, plainText, type ReadFile } from '../candidate.ts';
import type { Corpus } from '../corpus.ts';
import { contentWords } from '../leak.ts';

const written =
  /^\s*(?:it|test|specify|t\.test|await t\.test)(?:\.\w+)?\s*\(\s*(?:"([^"\n]{15,140})"|'([^'\n]{15,140})'|`([^`$\n]{15,140})`)/;
const python = /^\s*(?:async )?def test_([a-z0-9_]{12,90})\s*\(/;
const go = /^func Test([A-Z]\w{10,80})\(/;

export type Uses = {
  /** In how many lines of tests each name is called: what stands in many is the frame of the tests, and no subject. */
  uses: ReadonlyMap<string, number>;
  /** Names of the folders and files of the code, as imports have them. */
  modules: ReadonlySet<string>;
};
const rare = 12;

export function usesInTests(files: readonly ReadFile[]): Uses['uses'] {
  const uses = new Map<string, number>();
  for (const file of files)
    if (file.class === 'test')
      for (const [, name = ''] of file.text.matchAll(/([A-Za-z_$][\w$]{3,})\s*\(/g))
        uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

export function modulesOf(files: readonly ReadFile[]): Uses['modules'] {
  const paths = files.filter((file) => file.class === 'code').map(({ path }) => path);
  return new Set(paths.flatMap((path) => path.replace(/\.\w+$/, '').split('/')));
}

export function testCandidates(file: ReadFile, corpus: Corpus & Uses): Candidate[] {
  if (file.class !== 'test') return [];
  const imported = importedFrom(file, corpus);
  return file.lines.flatMap((line, at) => {
    const said = saidOf(line);
    if (said === null) return [];
    const last = endOf(file.lines, at);
    const subject = subjectOf({ said, body: file.lines.slice(at + 1, last).join('\n'), imported }, corpus);
    if (subject === null) return [];
    const { name, place } = subject;
    const { definition } = place;
    return [
      candidate({
        ...{ source: 'test', route: 'code', file, key: said },
        question: `There is a test for this: “${said}”. Which function, method or class of the code itself does it exercise, and in which file is that defined`,
        lines: [at + 1, last],
        also: [{ file: place.file, lines: [definition.line, Math.min(definition.last, definition.line + 40)] }],
        facts: [codeFact(name)],
        secrets: [name],
        reference: `\`${name}\`, defined in ${place.file.path}.`,
      }),
    ];
  });
}

function saidOf(line: string): string | null {
  const [, double, single, back] = written.exec(line) ?? [];
  const text = double ?? single ?? back ?? python.exec(line)?.[1]?.replaceAll('_', ' ') ?? wordsOfGo(line);
  if (text === undefined || text.split(/\s+/).length < 4) return null;
  const plain = lowerFirst(plainText(text.replace(/\\(.)/g, '$1'))).replace(/[.]+$/, '');
  return /^#?\d|https?:|issue \d/i.test(plain) ? null : plain;
}

const wordsOfGo = (line: string): string | undefined =>
  go
    .exec(line)?.[1]
    ?.replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase();

function endOf(lines: readonly string[], at: number): number {
  const indent = (lines[at] ?? '').search(/\S/);
  for (let next = at + 1; next < Math.min(lines.length, at + 60); next += 1) {
    const line = lines[next] ?? '';
    if (line.trim() !== '' && line.search(/\S/) <= indent) return /^\s*[)}\]]/.test(line) ? next + 1 : next;
  }
  return Math.min(lines.length, at + 60);
}

const plumbing =
  /^(test|setup|create|make|new|get|set|run|build|assert|expect|main|init|close|start|stop|then|catch|push|call|apply|bind|echo|invoke|append|write|read|parse|format|error|string|keys|values|name|type|done|next|text|json|pipe|open|option|command|group|add\w*|use|listen|send|on|once|emit|log)$/i;

/** What a test file imports of the repository itself. */
function importedFrom({ text }: ReadFile, { modules }: Uses): Set<string> {
  const clauses = [
    ...text.matchAll(/^import ([^;'"]{1,400}?) from ['"]\.{1,2}\//gm),
    ...text.matchAll(/^(?:const|let|var) ([^=;]{1,400}?) = (?:await )?(?:require|import)\(\s*['"]\.{1,2}\//gm),
    ...[...text.matchAll(/^[ \t]*(?:from|import)[ \t]+(\.*[\w.]*)([^\n]{0,200})/gm)].flatMap(
      ([, module = '', rest = '']) =>
        /^\./.test(module) || modules.has(module.split('.')[0] ?? '') ? [['', `${module.split('.')[0]} ${rest}`]] : [],
    ),
  ];
  return new Set(clauses.flatMap(([, clause = '']) => clause.match(/[A-Za-z_$][\w$]*/g) ?? []));
}

type Tested = { said: string; body: string; imported: ReadonlySet<string> };

/** The one name of the code's own that the body calls; null where there are several, or none that tells itself from others. */
function subjectOf(tested: Tested, { definitions, uses }: Corpus & Uses) {
  const called = new Set([...tested.body.matchAll(/([A-Za-z_$][\w$]{3,})\s*\(/g)].map(([, name = '']) => name));
  const own = [...called].filter((name) => definitions.has(name) && !plumbing.test(name));
  const [name, ...others] = own;
  if (name === undefined || others.length > 0 || (uses.get(name) ?? 0) > rare) return null;
  const [place, ...more] = definitions.get(name) ?? [];
  if (place === undefined || more.length > 0) return null;
  const { kind } = place.definition;
  // A method of one plain word may be that of anything.
  const tells = /[a-z][A-Z]|[a-z]_[a-z]/.test(name) || (/^(function|class)/.test(kind) && name.length >= 6);
  const title = new Set(contentWords(tested.said));
  const isMeant = contentWords(name).some((word) => title.has(word));
  return tells && isMeant && isCalledOnOwn(name, tested) ? { name, place } : null;
}

/** Whether a name is called by itself somewhere, or on what comes from the repository: `filter` may be that of any list. */
function isCalledOnOwn(name: string, { body, imported }: Tested): boolean {
  const calls = body.matchAll(new RegExp(`(?<![\\w$])${name.replaceAll('$', '\\$')}\\s*\\(`, 'g'));
  return [...calls].some(({ index }) => {
    const before = body.slice(Math.max(0, index - 120), index).trimEnd();
    if (!before.endsWith('.') || before.endsWith('...')) return true;
    const root = /([A-Za-z_$][\w$]*)(?:\??\.[\w$]+)*\??\.$/.exec(before)?.[1];
    return root !== undefined && (imported.has(root) || imported.has(madeBy(root, body) ?? ''));
  });
}

/** The first name of the call that a variable was set to: `tank` for `full = await tank.open()`. */
function madeBy(variable: string, body: string): string | undefined {
  const set = new RegExp(
    `(?<![\\w$.])${variable.replaceAll('$', '\\$')}\\s*(?::\\s*\\w+\\s*)?:?=\\s*(?:await\\s+)?(?:new\\s+)?([A-Za-z_$][\\w$]*)[\\w$.]*\\(`,
  );
  return set.exec(body)?.[1];
}
