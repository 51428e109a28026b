/** Candidates of questions that the finders make of a few files. */
import type { CommitChanges, SourceFile } from '../../contracts/evaluation/question-making.ts';
import { readCorpus } from '../../question-maker/corpus.ts';
import { findCandidates } from '../../question-maker/find-candidates.ts';

type Given = Partial<SourceFile> & { path: string; text: string };

export async function foundIn(repository: string, files: Given[], commits: CommitChanges[] = []) {
  async function* all() {
    for (const file of files) yield { class: 'code', definitions: [], ...file };
  }
  return findCandidates(await readCorpus(all(), repository), commits);
}

export async function found(files: Given[], commits: CommitChanges[] = []) {
  const candidates = await foundIn('tea', files, commits);
  return candidates.filter(({ source }) => source !== 'absent');
}

export const defines = (name: string, kind: string, line: number, last = line) => ({ name, kind, line, last });
export const facts = (candidate: { facts: { text: string }[][] } | undefined) =>
  candidate?.facts.map((fact) => fact.map(({ text }) => text));
