/** Grades the answer itself: facts, forbidden claims, citations, closeness to the reference. */
import type { DatasetQuestion, Fact } from '../../contracts/dataset.ts';
import type { LoggedCitation, RunLogRecord } from '../../contracts/run-log.ts';
import { type EvidenceFigures, evidenceFigures, inExpected, overlap } from './expected-places.ts';
import { answerOf } from './run-ending.ts';
import { mentions, type Said, said, wordOverlap } from './wording.ts';

export type CitationFigures = EvidenceFigures & {
  given: number;
  inExpected: number;
  /** Share of the citations that lie in an expected file; null when none was given. */
  precision: number | null;
  /** Share of the expected line ranges that a citation touches; null where the ground truth names no lines. */
  recall: number | null;
};

export type AnswerFigures = {
  /** `mentioned` and `missing` are null where the log does not say what was answered. */
  facts: { asked: number; mentioned: number | null; missing: string[] | null };
  /** Null where the log does not say what was answered. */
  forbidden: string[] | null;
  /** Null where the log does not say what was cited. */
  citations: CitationFigures | null;
  /** F1 of words with the reference answer; null without a reference or an answer. */
  similarity: number | null;
};

export function gradeAnswer(record: RunLogRecord, question: DatasetQuestion): AnswerFigures {
  const answer = answerOf(record);
  const text = answer === null ? null : said(answer);
  const asked = question.must_mention.length;
  const missing = text === null ? null : firstWordings(question.must_mention, (fact) => !mentions(text, fact));
  return {
    facts: { asked, mentioned: missing === null ? null : asked - missing.length, missing },
    forbidden: text === null ? null : firstWordings(question.forbidden_claims, (claim) => mentions(text, claim)),
    citations: record.evidence === null ? null : citationFigures(record.evidence, question),
    similarity: similarityOf(text, question.reference_answer),
  };
}

function firstWordings(facts: readonly Fact[], chosen: (fact: Fact) => boolean): string[] {
  return facts.filter(chosen).map(([first]) => first?.text ?? '');
}

function similarityOf(text: Said | null, reference: string | null): number | null {
  return reference === null || text === null || text.plain === '' ? null : wordOverlap(text.written, reference);
}

function citationFigures(cited: readonly LoggedCitation[], question: DatasetQuestion): CitationFigures {
  const { gold: expected } = question;
  const right = cited.filter(({ path, status }) => status !== 'unresolved' && inExpected(expected, path));
  const ranges = Object.entries(expected.lines).flatMap(([path, lines]) =>
    lines.map(([first_line, last_line]) => ({ path, first_line, last_line })),
  );
  const touched = ranges.filter((range) => right.some((place) => place.path === range.path && overlap(place, range)));
  return {
    given: cited.length,
    inExpected: right.length,
    precision: cited.length === 0 ? null : right.length / cited.length,
    recall: ranges.length === 0 ? null : touched.length / ranges.length,
    ...evidenceFigures(cited, question),
  };
}
