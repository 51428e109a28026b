/** Decides which commits can become records of the development set, and says why the others cannot. */
import type { HistoryCommit } from './devset-history.ts';
import { namesPath } from '../../question-maker/path-naming.ts';
import { pathKind } from './devset-paths.ts';
import { type CleanText, cleanMessage, saysWhatIsWanted } from '../../question-maker/message-text.ts';

/** A commit whose source files may be the expected ones, before they were looked at. */
export type Candidate = CleanText & { id: string; parent: string; expected: string[] };

export type Refusal =
  | 'kind of change'
  | 'no source'
  | 'too many files'
  | 'adds or removes source'
  | 'other languages'
  | 'says too little'
  | 'names an expected path';

/** Most records have few expected files; a change all over the code is no place to find. */
export const maxExpected = 4;

const refusedTypes =
  /^\s*(chore|docs?|documentation|tests?|ci|build|style|styles|refactor|refactoring|release|revert|deps|dependencies|lint|wip|example|examples|website|site|meta|internal|dev|tools?|types?|typings?|infra|devops|misc|cleanup|rename|roll|cherry-pick|demos?|benchmarks?|code style|lang|i18n|workflow)(\([^)]*\))?!?:/i;
const refusedSubject =
  /^\s*(merge|bump|release|publish|v?\d+\.\d+|revert|upgrade|update (dep|.* to (the )?(latest|v?\d)|[@\w/.-]+ (and|to) )|prepare|prettier|format|lint|rename|refactor|clean|tidy|typo|wip|move|migrate|convert|remove unused|drop node|switch to|use (const|let|arrow|es6)|simplify|address|cherry-pick|version|add (a )?(tests?|docs?|comments?)|changelog)\b|\b(typos?|changelog|jsdoc|eslint (fix|error)|linting|lint|prettier|readme|code ?style|es6|dependabot|renovate|(unit|failing|flaky) tests?|tests? (for|to|from|suite)|greenkeeper|latest version|comments?|refactor(ing)?|docs?|documentation|copyright|dependency|dependencies)\b/i;

export function toCandidate(commit: HistoryCommit): Candidate | Refusal {
  const [line = ''] = commit.message.split('\n');
  const cleaned = cleanMessage(commit.message);
  if (refusedTypes.test(line) || refusedSubject.test(cleaned.subject)) return 'kind of change';
  const expected = commit.changes.filter(({ path }) => pathKind(path) === 'source');
  if (expected.length === 0) return 'no source';
  if (commit.changes.some(({ path }) => pathKind(path) === 'foreign')) return 'other languages';
  // Generated files among them are taken out later.
  if (expected.length > maxExpected * 2) return 'too many files';
  if (expected.some(({ status }) => status !== 'M')) return 'adds or removes source';
  if (!saysWhatIsWanted(cleaned)) return 'says too little';
  const paths = expected.map(({ path }) => path);
  if (paths.some((path) => namesPath(cleaned.text, path))) return 'names an expected path';
  return { ...cleaned, id: commit.id, parent: commit.parent, expected: paths };
}
