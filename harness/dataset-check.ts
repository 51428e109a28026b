/** Finds what makes a dataset measure something else than it says, as far as the file itself can tell. */
import type { DatasetQuestion } from '../contracts/dataset.ts';
import { ComparisonPlan } from '../contracts/evaluation/comparison-plan.ts';
import { type Agreement, agreementOf } from './agreement.ts';
import { mentions, plainWording, said, wordOverlap } from './graders/wording.ts';

/** `problem`: a question must change; `note`: the figures are to be read with care. */
export type DatasetFinding = { level: 'problem' | 'note'; question: string | null; what: string };

/** From this overlap of words on, two questions count as one. */
const sameQuestion = 0.9;
/** A route or kind with less than this share of the largest one's questions is noted. */
const lopsided = 0.5;

/** Looks at the file alone, not at the repository that it is about. @returns duplicates, leaks, contradictions, shared wordings, imbalance, in this order */
export function checkDataset(questions: readonly DatasetQuestion[]): DatasetFinding[] {
  return [
    ...duplicates(questions),
    ...leaks(questions),
    ...contradictions(questions),
    ...sharedWordings(questions),
    ...imbalance(questions),
  ];
}

/** How well the two labels of each route agree; null unless every question has both. */
export function labelAgreement(questions: readonly DatasetQuestion[]): Agreement | null {
  const pairs = questions.flatMap(({ expected_route, second_route }) =>
    second_route === null ? [] : [{ expected: expected_route, actual: second_route }],
  );
  return pairs.length === questions.length ? agreementOf(pairs) : null;
}

function duplicates(questions: readonly DatasetQuestion[]): DatasetFinding[] {
  return questions.flatMap((question, at) => {
    const earlier = questions
      .slice(0, at)
      .find(
        (other) =>
          other.repository === question.repository && wordOverlap(other.question, question.question) >= sameQuestion,
      );
    return earlier === undefined ? [] : [problem(question.id, `asks the same as ${earlier.id}`)];
  });
}

/** A question that names its expected file gives the retrieval away. */
function leaks(questions: readonly DatasetQuestion[]): DatasetFinding[] {
  return questions.flatMap((question) => {
    const asked = plainWording(question.question);
    const named = question.gold.paths.filter((path) => {
      const name = path.split('/').findLast((part) => part !== '') ?? path;
      return asked.includes(plainWording(path)) || (name.includes('.') && asked.includes(plainWording(name)));
    });
    return named.map((path) => problem(question.id, `names its expected file ${path}`));
  });
}

/** The reference answer must itself be right. */
function contradictions(questions: readonly DatasetQuestion[]): DatasetFinding[] {
  return questions.flatMap(({ id, reference_answer, must_mention, forbidden_claims }) => {
    if (reference_answer === null) return [];
    const answer = said(reference_answer);
    return [
      ...must_mention
        .filter((fact) => !mentions(answer, fact))
        .map((fact) => problem(id, `the reference answer does not mention "${fact[0]?.text}"`)),
      ...forbidden_claims
        .filter((claim) => mentions(answer, claim))
        .map((claim) => problem(id, `the reference answer makes the forbidden claim "${claim[0]?.text}"`)),
    ];
  });
}

/** A wording that a right answer to another question holds can be stated by chance. */
export function sharedWordings(questions: readonly DatasetQuestion[]): DatasetFinding[] {
  const answers = questions.flatMap(({ id, reference_answer }) =>
    reference_answer === null ? [] : [{ id, text: said(reference_answer) }],
  );
  return questions.flatMap(({ id, must_mention, shared_wordings }) => {
    const others = answers.filter((answer) => answer.id !== id);
    const matches = must_mention.flat().flatMap((wording) => {
      const where = others.filter(({ text }) => mentions(text, [wording])).map((answer) => answer.id);
      return where.length === 0 ? [] : [{ text: wording.text, where }];
    });
    const undeclared = matches.filter(({ text }) => !shared_wordings.includes(text));
    const stale = shared_wordings.filter((text) => !matches.some((match) => match.text === text));
    return [
      ...undeclared.map(({ text, where }) =>
        remark(id, `the wording "${text}" is in the reference answer of ${where.slice(0, 3).join(', ')} as well`),
      ),
      ...stale.map((text) => remark(id, `names "${text}" in shared_wordings, which no other reference answer holds`)),
    ];
  });
}

function imbalance(questions: readonly DatasetQuestion[]): DatasetFinding[] {
  const counts = [...Map.groupBy(questions, ({ expected_route }) => expected_route)].map(
    ([route, members]) => [route, members.length] as const,
  );
  const most = Math.max(0, ...counts.map(([, count]) => count));
  const few = counts
    .filter(([, count]) => count < lopsided * most)
    .map(([route, count]) => lean(`only ${many(count)} of route ${route}, the largest has ${most}`));
  const none = questions.some(({ kind }) => kind === 'unanswerable')
    ? []
    : [lean('no unanswerable question: abstention cannot be measured')];
  return [...few, ...none, ...tooFew(questions.length, counts)];
}

/** A comparison never calls a difference shown on fewer questions than its plan wants. */
function tooFew(all: number, counts: readonly (readonly [string, number])[]): DatasetFinding[] {
  const { minQuestions } = ComparisonPlan.parse({});
  const without = 'a comparison gives no verdict';
  if (all < minQuestions) return [lean(`${many(all)} in all: below ${minQuestions}, ${without}`)];
  const routes = counts.filter(([, count]) => count < minQuestions).map(([route, count]) => `${route} (${count})`);
  return counts.length > 1 && routes.length > 0
    ? [lean(`below ${minQuestions} questions, ${without} on a route: ${routes.join(', ')}`)]
    : [];
}

const many = (count: number) => `${count} ${count === 1 ? 'question' : 'questions'}`;

const problem = (question: string, what: string): DatasetFinding => ({ level: 'problem', question, what });
const remark = (question: string, what: string): DatasetFinding => ({ level: 'note', question, what });
const lean = (what: string): DatasetFinding => ({ level: 'note', question: null, what });
