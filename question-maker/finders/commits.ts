/** Questions about faults that were mended: what a commit says was wrong, and the one function that it changed. */
import type { Candidate, CommitChanges } from '../../contracts/evaluation/question-making.ts';
import { isSamplePath, isTestPath } from '../../lib/paths.ts';
import { candidate, enclosing, type ReadFile, sentence } from '../candidate.ts';
import { type Corpus, namingFacts } from '../corpus.ts';
import { type CleanText, cleanMessage } from '../message-text.ts';
import { namesPath } from '../path-naming.ts';
import { placesOf } from './errors.ts';

const aside = /\.(md|rst|txt|ya?ml|json|toml|lock|cfg|ini|xml|html|css|svg)$|(^|\/)\.|(^|\/)(docs?|documentation)\//i;
const refused =
  /\b(typos?|changelog|lint|readme|refactor|clean ?up|rename|bump|release|merge|revert|version|docs?|documentation|tests?|comments?|ci|types?|typings?|deprecat\w*|links?|spelling|wording|warnings?|build|compile|format|prettier|eslint|mypy|ruff)\b/i;
/** Characters of a line that says something; fewer stand in many places. */
const telling = 12;

export function commitCandidates(commits: readonly CommitChanges[], corpus: Corpus): Candidate[] {
  const files = new Map(corpus.files.map((file) => [file.path, file]));
  return commits.flatMap((commit) => {
    const sources = commit.files.filter(({ path }) => !aside.test(path) && !isTestPath(path) && !isSamplePath(path));
    const [changed, ...others] = sources;
    if (changed === undefined || others.length > 0 || changed.status !== 'M') return [];
    const file = files.get(changed.path);
    const clean = cleanMessage(commit.message);
    if (file?.class !== 'code' || namesPath(clean.text, file.path)) return [];
    const question = askedFor(clean);
    const place = question === null ? null : changedPlace(file, changed.added);
    const names = place === null ? null : namingFacts(corpus, place.inside);
    if (question === null || place === null || names === null) return [];
    const { inner } = place.inside;
    return [
      candidate({
        ...{ source: 'commit', route: 'debug', file, key: commit.id, facts: names },
        question: `${question} Which ${names.length > 1 ? 'method of which class' : 'function or method'} holds that fix today?`,
        lines: place.lines,
        also: placesOf(file, place.inside),
        secrets: place.inside.names,
        reference: `\`${inner.name}\` in ${file.path} (commit ${commit.id.slice(0, 10)}: ${clean.subject}).`,
      }),
    ];
  });
}

/** The subject as what was wrong, with the first sentence of the report behind it; null where it tells no fault. */
function askedFor({ subject, text }: CleanText): string | null {
  const words = subject.split(' ');
  const repeated = words.some((word, at) => at > 0 && word.toLowerCase() === words[at - 1]?.toLowerCase());
  if (refused.test(subject) || words.length < 5 || words.length > 25 || repeated || /[<>{}]/.test(subject)) return null;
  const report =
    text
      .slice(subject.length)
      .trim()
      .split(/\n\s*\n|```/)[0]
      ?.replace(/\s+/g, ' ')
      .trim() ?? '';
  const isShown =
    /[.!)]$/.test(report) && report.length >= 40 && report.length <= 300 && !/https?:|[{}<>]|^[-*]/.test(report);
  const more = isShown ? ` ${report.replace(/[.]*$/, '.')}` : '';
  const bare = subject.replace(/[.]+$/, '');
  const fixed =
    /^(?:fix(?:e[sd])?|correct|resolve[sd]?)(?: (?:a |the )?(?:bug|issue|problem) (?:where|with|that|in))?:? (?:it )?(.+)$/i.exec(
      bare,
    )?.[1];
  if (fixed !== undefined) return `“${sentence(fixed).replace(/\?$/, '')}” was reported as a bug.${more}`;
  const [first = '', ...rest] = bare.split(' ');
  if (
    /^(prevent|avoid|ensure|handle|stop|respect|honou?r|preserve|restore|guard|reject|do|don't|throw|quote|escape)s?$/i.test(
      first,
    )
  )
    return `A fix was made once to ${first.toLowerCase() === "don't" ? 'not' : first.toLowerCase().replace(/^do$/, '')} ${rest.join(' ')}.${more}`.replace(
      / +/g,
      ' ',
    );
  return null;
}

/** Where the added lines stand today: in one function, each of them once. */
function changedPlace(file: ReadFile, added: readonly string[]) {
  const told = added
    .map((line) => line.trim())
    .filter((line) => line.length >= telling && !/^(\/\/|\/?\*|#|--|""")/.test(line));
  const wanted = [...new Set(told)];
  if (wanted.length === 0 || wanted.length > 40) return null;
  const places = wanted.map((line) => file.lines.flatMap((each, at) => (each.trim() === line ? [at + 1] : [])));
  if (places.some((each) => each.length > 1)) return null;
  const lines = places.flat();
  // What was rewritten since would prove another fix.
  if (lines.length < Math.max(1, 0.7 * wanted.length)) return null;
  const around = lines.map((line) => enclosing(file, line));
  const [inside] = around;
  if (inside == null || around.some((each) => each?.names.at(-1) !== inside.names.at(-1))) return null;
  const [low, high] = [Math.min(...lines), Math.max(...lines)];
  return high - low > 60 ? null : { inside, lines: [low, high] as [number, number] };
}
