/** Questions about the project as a whole, out of the files that say such things in a known form. */
import type { Fact } from '../../contracts/dataset.ts';
import type { Candidate } from '../../contracts/evaluation/question-making.ts';
import { basename } from 'node:path/posix';
import { candidate, codeFact, type ReadFile, versionFact, wordFact } from '../candidate.ts';

type Rule = {
  /** Of the file's path. */
  files: RegExp;
  line: RegExp;
  question: (found: RegExpExecArray) => string;
  facts: (found: RegExpExecArray) => Fact[];
};

const value =
  (at = 1) =>
  (found: RegExpExecArray) => [wordFact(found[at] ?? '')];
const versionOf =
  (...before: string[]) =>
  (found: RegExpExecArray) => [versionFact(found[1] ?? '', ...before)];
/** `BSD-3-Clause` is also written with spaces. */
const licence = ([, name = '']: RegExpExecArray) => [wordFact(...new Set([name, name.replaceAll('-', ' ')]))];
const licences: [RegExp, string][] = [
  [/^\s*(?:The )?MIT License/i, 'MIT'],
  [/^\s*Apache License/i, 'Apache'],
  [/^\s*GNU AFFERO GENERAL PUBLIC/i, 'AGPL'],
  [/^\s*GNU LESSER GENERAL PUBLIC/i, 'LGPL'],
  [/^\s*GNU GENERAL PUBLIC/i, 'GPL'],
  [/^\s*Mozilla Public License/i, 'MPL'],
  [/^\s*BSD \d-Clause/i, 'BSD'],
  [/^\s*ISC License/i, 'ISC'],
];

const rules: Rule[] = [
  {
    files: /^package\.json$/,
    line: /^\s*"license":\s*"([\w.+-]{2,30})"/,
    question: () => 'Legal wants to know: under which licence is this published',
    facts: licence,
  },
  {
    files: /^package\.json$/,
    line: /^\s*"node":\s*"[^\d"]*(\d+(?:\.\d+)*)[^"]*"/,
    question: () => 'Which version of Node.js do we need at least to run it',
    facts: versionOf(),
  },
  {
    files: /^package\.json$/,
    line: /^\s*"(?:test|test:unit|unit)":\s*"(?:.*[ ])?(ava|jest|vitest|mocha|tap|borp|jasmine|karma|uvu|playwright|cypress|tape|brittle|lab)\b/,
    question: () => 'What do they run their own tests with',
    facts: (found) => [codeFact(found[1] ?? '')],
  },
  {
    files: /^package\.json$/,
    line: /^\s*"(?:build|compile|prepack)":\s*"(?:.*[ ])?(tsc|rollup|esbuild|tsup|webpack|vite|babel|swc|parcel|microbundle|unbuild|tsdown)\b/,
    question: () => 'Which tool builds the package before it is published',
    facts: (found) => [codeFact(found[1] ?? '')],
  },
  {
    files: /^pyproject\.toml$/,
    line: /^requires-python\s*=\s*"[^\d"]*(\d+(?:\.\d+)+)/,
    question: () => 'Which version of Python do we need at least to install it',
    facts: versionOf(),
  },
  {
    files: /^pyproject\.toml$/,
    line: /^build-backend\s*=\s*"([\w-]+)[\w.:-]*"/,
    question: () => 'Which build backend packages it',
    facts: (found) => [codeFact(found[1] ?? '')],
  },
  {
    files: /^pyproject\.toml$/,
    line: /^license\s*=\s*(?:\{\s*text\s*=\s*)?"([\w.+-]{2,30})"/,
    question: () => 'Legal wants to know: under which licence is this published',
    facts: licence,
  },
  {
    files: /^go\.mod$/,
    line: /^go (\d+(?:\.\d+)+)/,
    question: () => 'Which version of Go does the module ask for',
    facts: versionOf('go'),
  },
  {
    files: /^Cargo\.toml$/,
    line: /^rust-version\s*=\s*"(\d+(?:\.\d+)+)/,
    question: () => 'Which version of Rust is needed at least to build it',
    facts: versionOf(),
  },
  {
    files: /^Cargo\.toml$/,
    line: /^license\s*=\s*"([\w.+-]{2,20})/,
    question: () => 'Legal wants to know: under which licence is this published',
    facts: licence,
  },
  {
    files: /^(\.github\/)?SECURITY\.md$|^security\.md$/i,
    line: /\b([\w.+-]+@[\w-]+\.[\w.]+\w)\b/,
    question: () => 'I have found a hole in it. To which address do I write',
    facts: value(),
  },
  {
    files: /^(\.github\/)?CODE_OF_CONDUCT\.(md|rst)$/i,
    line: /\b([\w.+-]+@[\w-]+\.[\w.]+\w)\b/,
    question: () => 'Somebody misbehaves in an issue. To which address do I report that',
    facts: value(),
  },
  {
    files: /^(Dockerfile|docker\/Dockerfile)$/,
    line: /^FROM\s+([\w./-]+):[\w.-]+/i,
    question: () => 'Which base image is the container built from',
    facts: (found) => [codeFact(found[1] ?? '')],
  },
  {
    files: /^\.github\/workflows\/[^/]*(test|ci|build)[^/]*\.ya?ml$/,
    line: /^\s*(?:-\s*)?(?:os|platform):\s*\[?.*\b(windows|macos)-/i,
    question: () => 'Beside Linux, on which operating system do they run their tests in CI',
    facts: value(),
  },
];

export function projectCandidates(file: ReadFile): Candidate[] {
  const found: Candidate[] = [...licenceOf(file), ...dependencies(file)];
  for (const { files, line, question, facts } of rules) {
    if (!files.test(file.path)) continue;
    const at = file.lines.findIndex((each) => line.test(each));
    const match = line.exec(file.lines[at] ?? '');
    if (match === null) continue;
    const text = (file.lines[at] ?? '').trim();
    found.push(
      made(file, at + 1, { question: question(match), facts: facts(match), key: question(match), reference: text }),
    );
  }
  return found;
}

type Made = { question: string; facts: Fact[]; key: string; reference: string };

function made(file: ReadFile, line: number, about: Made): Candidate {
  return candidate({ source: 'project', route: 'general', file, lines: [line, line], ...about });
}

function licenceOf(file: ReadFile): Candidate[] {
  if (!/^(LICENSE|LICENCE|COPYING)(\.\w+)?$/i.test(file.path)) return [];
  const text = file.lines.slice(0, 40);
  for (const [pattern, name] of licences) {
    const at = text.findIndex((line) => pattern.test(line));
    if (at >= 0) {
      const question = 'May we ship it in a closed product: which licence does it have';
      return [
        made(file, at + 1, {
          question,
          key: 'licence',
          reference: text[at]?.trim() ?? '',
          facts: [wordFact(name, `${name} License`)],
        }),
      ];
    }
  }
  return [];
}

const wanted = /^\s*"(@?[a-z][\w./-]{2,40})":\s*"[\^~>=v ]*(\d+)(?:\.\d+){0,2}"/;

/** Which major version of a dependency is asked for; production ones alone. */
function dependencies(file: ReadFile): Candidate[] {
  if (basename(file.path) !== 'package.json' || file.path !== 'package.json') return [];
  const from = file.lines.findIndex((line) => /^\s*"dependencies":\s*\{/.test(line));
  if (from < 0) return [];
  const until = file.lines.findIndex((line, at) => at > from && /^\s*\}/.test(line));
  return file.lines.slice(from + 1, until).flatMap((line, at) => {
    const [, name = '', major = ''] = wanted.exec(line) ?? [];
    if (major.length < 2) return [];
    const question = `Which major version of ${name} does it depend on`;
    return [
      made(file, from + at + 2, {
        question,
        key: name,
        reference: line.trim(),
        facts: [wordFact(major, ...(/(\d+\.\d+\.\d+)/.exec(line)?.slice(1) ?? []))],
      }),
    ];
  });
}
