/** Instances of SWE-bench: the report is the question, and what the patch changed, on its old side, is expected. */
import { z } from 'zod';
import type { DatasetQuestion, LineRange } from '../../contracts/dataset.ts';
import { readJsonLine } from '../json-lines.ts';
import { type ImportDefaults, importedQuestion, type Losses } from './imported.ts';

const Instance = z.looseObject({
  instance_id: z.string().min(1).max(200),
  repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'expected owner/name'),
  base_commit: z.string().regex(/^[0-9a-f]{7,64}$/),
  problem_statement: z.string().min(1),
  patch: z.string().default(''),
  version: z.string().nullish(),
});

const read = new Set(['instance_id', 'repo', 'base_commit', 'problem_statement', 'patch', 'version']);
const host = 'https://github.com/';

/** One JSON object a line, or one list. @throws LineProblem */
export function fromSweBench(text: string, file: string, defaults: ImportDefaults, losses: Losses): DatasetQuestion[] {
  const trimmed = text.trim();
  const rows = trimmed.startsWith('[')
    ? (JSON.parse(trimmed) as unknown[]).map((row) => JSON.stringify(row))
    : trimmed.split('\n');
  return rows.flatMap((row, at) => {
    if (row.trim() === '') return [];
    const place = `${file}:${at + 1}`;
    const instance = readJsonLine(row, place, Instance);
    for (const name of Object.keys(instance)) if (!read.has(name)) losses.add(`the field "${name}"`);
    const lines = oldLines(instance.patch);
    if (Object.keys(lines).length === 0) {
      losses.add('left out: its patch changes no file that was there');
      return [];
    }
    const { instance_id: id, repo, base_commit: ref, problem_statement: question, version } = instance;
    const gold = { paths: Object.keys(lines), lines };
    const tags = ['swebench', ...(version == null || version === '' ? [] : [`version ${version}`])];
    const own = { id, question: question.slice(0, 20_000), repository: `${host}${repo}`, ref, gold, tags };
    return [importedQuestion(own, { ...defaults, repository: null, ref: null }, place, losses)];
  });
}

/** By file, the lines that the patch takes away or writes beside. */
export function oldLines(patch: string): Record<string, LineRange[]> {
  const found: Record<string, LineRange[]> = {};
  let path: string | null = null;
  for (const line of patch.split('\n')) {
    const old = /^--- (?:a\/([^\t]+)|\/dev\/null)/.exec(line);
    if (old !== null) path = old[1] ?? null;
    const [, first = '', count = '1'] = /^@@ -(\d+)(?:,(\d+))? \+/.exec(line) ?? [];
    if (path === null || first === '') continue;
    const start = Math.max(1, Number(first));
    const ranges = found[path] ?? [];
    ranges.push([start, start + Math.max(1, Number(count)) - 1]);
    found[path] = ranges;
  }
  return found;
}

/** What other tools can read of a question; there is no patch to it. @throws LineProblem for one that no instance can be */
export function toSweBench(questions: readonly DatasetQuestion[], losses: Losses): string {
  return questions
    .flatMap((question) => {
      const [, repo] = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+?)(?:\.git)?\/?$/.exec(question.repository) ?? [];
      if (repo === undefined || question.ref === null) {
        losses.add('left out: an instance needs a repository at github.com and a ref');
        return [];
      }
      losses.add('expected places, facts, route, split and review: an instance has no place for them');
      losses.add('the patch and the tests: a question has none');
      const fields = {
        instance_id: question.id,
        repo,
        base_commit: question.ref,
        problem_statement: question.question,
      };
      return [
        `${JSON.stringify({ ...fields, hints_text: '', patch: '', test_patch: '', FAIL_TO_PASS: '[]', PASS_TO_PASS: '[]' })}\n`,
      ];
    })
    .join('');
}
