/** Checks a dataset: the file itself, and its ground truth against the snapshot that it speaks of. */
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import type { Snapshot } from '../../contracts/snapshot.ts';
import { checkDataset, type DatasetFinding, labelAgreement } from '../../harness/dataset-check.ts';
import { exitCodes } from '../exit-codes.ts';
import { note, print, printJson } from '../terminal/output.ts';
import { printableLine } from '../../lib/printable.ts';
import { folderOf, formerPlaces, type Place, placeOf } from './dataset-repository.ts';
import { readDataset, readEachQuestion } from '../../harness/dataset.ts';
import { asUsage, readWholeFile } from '../input/json-lines-file.ts';
import { repositoryOf } from '../../application/questions/repository-argument.ts';
import { type Opened, withRetrieval } from '../repository/with-retrieval.ts';
import type { Printed } from '../output-schemas/output-schemas.ts';

export type CheckOptions = { repo?: string; ref?: string; json: boolean };

/** Exit code 1 where a question must change; a lopsided set is only noted. */
export async function checkDatasetFile(file: string, options: CheckOptions): Promise<number> {
  const text = await readWholeFile(file);
  const read = readEachQuestion(text, file);
  if (read.problems.length > 0) {
    const code = tellProblems(file, read.problems, options.json);
    note('the lines that can be read are not looked at before every line can be');
    return code;
  }
  const questions = asUsage(() => readDataset(text, file));
  const findings = checkDataset(questions);
  const { repo, ref: wanted } = options;
  const given = { ...(repo === undefined ? {} : { repo }), ...(wanted === undefined ? {} : { ref: wanted }) };
  return withRetrieval(async (opened) => {
    const folder = folderOf(file);
    if (options.repo === undefined)
      for (const remark of formerPlaces(questions, folder)) note(printableLine(`note: ${remark}`));
    const places = Map.groupBy(questions, (question) => JSON.stringify({ ...placeOf(question, folder), ...given }));
    for (const [place, members] of places) {
      const ref = await repositoryOf(JSON.parse(place) as Place);
      const snapshot = await opened.retrieval.open(ref, { signal: opened.signal });
      for (const question of members) findings.push(...(await missingPlaces(opened, snapshot, question)));
    }
    tell(file, questions, findings, options.json);
    return findings.some(({ level }) => level === 'problem') ? exitCodes.failed : exitCodes.worked;
  });
}

function tellProblems(file: string, problems: readonly string[], json: boolean): number {
  if (json) printJson({ file, problems: [...problems] } satisfies Printed<'dataset check'>);
  else for (const problem of problems) print(printableLine(problem));
  return exitCodes.usage;
}

async function missingPlaces(
  opened: Opened,
  snapshot: Snapshot,
  { id, gold: expected }: DatasetQuestion,
): Promise<DatasetFinding[]> {
  const findings: DatasetFinding[] = [];
  for (const path of expected.paths) {
    const last = Math.max(1, ...(expected.lines[path] ?? []).map(([, end]) => end));
    const what = await whatIsMissing(opened, snapshot, path, last);
    if (what !== null) findings.push({ level: 'problem', question: id, what });
  }
  return findings;
}

/** Null: the folder has files, or the file has that line. */
async function whatIsMissing({ retrieval, signal }: Opened, snapshot: Snapshot, path: string, line: number) {
  if (path === './') return null;
  const { id, repositoryKey, url } = snapshot;
  const ask = (tool: string, given: Record<string, unknown>) =>
    retrieval.runTool(
      { id, repositoryKey, url },
      { callId: 'check', tool, argumentsText: JSON.stringify(given) },
      [tool],
      signal,
    );
  const label = printableLine(snapshot.label);
  if (path.endsWith('/')) {
    const { text } = await ask('list_files', { path });
    return text.includes(path) ? null : `${label} has no folder ${path}`;
  }
  const { status, evidence, text } = await ask('read_lines', { path, first_line: line, last_line: line });
  if (status === 'ok' && (evidence.length === 0 || evidence[0]?.path === path)) return null;
  if (/ lines, first_line /.test(text)) return `${path} ends before line ${line}`;
  const folder = await ask('list_files', { path: `${path}/` });
  const hint = folder.status === 'ok' && folder.text.includes(`${path}/`) ? `, but a folder: write ${path}/` : '';
  return `${label} has no file ${path}${hint}`;
}

/** Of the questions that `dataset make` wrote, how many a person has accepted or mended. */
function reviewedOf(questions: readonly DatasetQuestion[]): { made: number; reviewed: number } {
  const made = questions.filter(({ origin }) => origin !== null);
  return { made: made.length, reviewed: made.filter(({ review }) => review !== null).length };
}

function tell(file: string, questions: readonly DatasetQuestion[], findings: DatasetFinding[], json: boolean): void {
  const agreement = labelAgreement(questions);
  const count = (key: (question: DatasetQuestion) => string) =>
    Object.fromEntries([...Map.groupBy(questions, key)].map(([name, members]) => [name, members.length]));
  const routes = count(({ expected_route }) => expected_route);
  const kinds = count(({ kind }) => kind);
  if (json) {
    const counts = { questions: questions.length, routes, kinds, reviewed: reviewedOf(questions) };
    printJson({ file, ...counts, agreement, findings } satisfies Printed<'dataset check'>, {
      routes: 'map',
      kinds: 'map',
    });
    return;
  }
  const parts = Object.entries({ ...routes, ...kinds }).map(([name, many]) => `${name} ${many}`);
  print(printableLine(`${file}: ${questions.length} questions (${parts.join(', ')})`));
  const { made, reviewed } = reviewedOf(questions);
  if (made > 0) print(`made by a program: ${made}, of which a person has reviewed ${reviewed}`);
  if (agreement !== null)
    print(
      `second labels of the route agree on ${agreement.agreed} of ${agreement.n}, kappa ${agreement.kappa?.toFixed(2) ?? 'not defined'}`,
    );
  for (const { level, question, what } of findings)
    print(printableLine(`${level}: ${question === null ? '' : `${question}: `}${what}`));
  if (findings.length === 0) print('nothing to fix');
}
