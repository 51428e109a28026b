/** Picks the statement of a passage that says most about the question, and cites its words exactly as they stand there. */
import type { Passage } from './passages.ts';
import { isProjectFile, projectTopics } from './project-questions.ts';
import type { QuestionTerms } from './question-terms.ts';
import { type Statement, statementsOf } from './statements.ts';
import { termMatch } from './support.ts';
import { contentStems, indexStems } from './words.ts';

/** A citation as it goes over the wire. */
export type WireCitation = { path: string; first_line: number; last_line: number; quote: string };

/** `shown` is the quoted statement as it reads; `code` tells it from prose. */
export type Quotation = { citation: WireCitation; shown: string; code: boolean };

const maxQuote = 200;
const maxShown = 360;
/** The renderer cuts lines at 300 characters: the tail of such a line is never quoted. */
const cutLine = 298;
/** A statement shorter than this, or one that announces a list, is shown with what follows it. */
const shortStatement = 60;

const definition =
  /^(?:export |default |public |private |static |async |declare )*(?:function|class|interface|type|const|let|var|def|func|fn|struct|enum)\b|^(?:async |static |get |set |#)*[\w$]+ ?\([^()]*\) ?\{$/;
const bare = /^(?:import\b|export \*|const \w+ = require|['"]use strict|[\w$]+,?$|@param|@returns)/;

function valueFor(statement: Statement, question: QuestionTerms, weights: readonly number[]): number {
  const { kind, text } = statement;
  const index = indexStems(text);
  const covered = question.terms.reduce((sum, term, at) => sum + (weights[at] ?? 0) * termMatch(index, term), 0);
  const telling = kind === 'sentence' ? 1.2 : kind === 'heading' ? 0.5 : definition.test(text) ? 1.1 : 1;
  return covered * telling * (bare.test(text) ? 0.5 : 1) + Math.min(text.length, 80) / 4000;
}

/** What a statement in a project's own file is worth more for naming what is asked about the project. */
function topicValue({ path }: Passage, question: QuestionTerms, weights: readonly number[]): (text: string) => number {
  const stems = isProjectFile(path) ? projectTopics(question).flatMap(contentStems) : [];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return (text) => {
    const { all } = indexStems(text);
    return stems.some((stem) => all.has(stem)) ? 0.4 * total : 0;
  };
}

/** At most 200 characters of one line, cut between words. */
function exactPart(line: string, question: QuestionTerms, weights: readonly number[]): string {
  const whole = line.trim();
  if (whole.length <= maxQuote) return whole;
  const parts = whole.slice(0, cutLine - 1).split(/(?<=[.!?:;|]) (?=\S)/);
  const value = (text: string) => valueFor({ kind: 'code', text, from: 0, to: 0 }, question, weights);
  const best = parts.toSorted((a, b) => value(b) - value(a))[0] ?? whole;
  const part = best.length >= 30 ? best : whole;
  return part.length <= maxQuote
    ? part.trim()
    : part
        .slice(0, maxQuote)
        .replace(/(?<!\s)\s+\S*$/, '')
        .trim();
}

/** The statement together with those after it that belong to it, while there is room. */
function extended(statements: readonly Statement[], at: number): Statement | undefined {
  const first = statements[at];
  if (first === undefined) return undefined;
  let [text, to] = [first.text, first.to];
  const announces = first.kind === 'heading' || /[:{([,]$/.test(first.text);
  for (const next of statements.slice(at + 1)) {
    const wanted = announces || text.length < shortStatement;
    if (!wanted || next.kind === 'heading' || next.from > to + 2 || text.length + next.text.length > maxShown) break;
    if ((first.kind === 'code') !== (next.kind === 'code')) break;
    if (first.kind === 'code' && !announces) break;
    text = `${text}${first.kind === 'heading' && to === first.to ? ':' : ''} ${next.text}`;
    to = next.to;
  }
  return { ...first, text, to };
}

const shorten = (text: string): string =>
  text.length <= maxShown ? text : `${text.slice(0, maxShown).replace(/(?<!\s)\s+\S*$/, '')} …`;

/** The best statement of the passage as a citation; null when nothing in it can be quoted. */
export function quote(passage: Passage, question: QuestionTerms, weights: readonly number[]): Quotation | null {
  const statements = statementsOf(passage);
  const onTopic = topicValue(passage, question, weights);
  const values = statements.map((statement) => valueFor(statement, question, weights) + onTopic(statement.text));
  const best = extended(statements, values.indexOf(Math.max(...values)));
  if (best === undefined) return null;
  const lines = passage.lines.slice(best.from, best.to + 1).map((line) => line.trim());
  const worth = (text: string) => valueFor({ kind: 'code', text, from: 0, to: 0 }, question, weights) + onTopic(text);
  const line = lines.toSorted((a, b) => worth(b) - worth(a))[0] ?? '';
  const exact = exactPart(line, question, weights);
  if (exact.length < 8) return null;
  const first_line = passage.firstLine + best.from;
  const last_line = passage.firstLine + best.to;
  return {
    citation: { path: passage.path, first_line, last_line, quote: exact },
    shown: shorten(best.text),
    code: best.kind === 'code' || best.kind === 'entry',
  };
}
