/** Grades the answer itself: facts, forbidden claims, citations, closeness to the reference. */
import type { DatasetQuestion, GoldEvidence } from '../../contracts/dataset.ts';
import type { LoggedCitation, RunLogRecord } from '../../contracts/run-log.ts';
import { inGold, overlap } from './gold-places.ts';
import { mentions, plainWording, wordOverlap } from './wording.ts';

export type CitationFigures = {
  given: number;
  inGold: number;
  /** Share of the citations that lie in a gold file; null when none was given. */
  precision: number | null;
  /** Share of the gold line ranges that a citation touches; null where the gold names no lines. */
  recall: number | null;
};

export type AnswerFigures = {
  facts: { asked: number; mentioned: number; missing: string[] };
  forbidden: string[];
  /** Null where the log does not say what was cited. */
  citations: CitationFigures | null;
  /** F1 of words with the reference answer; null without a reference or an answer. */
  similarity: number | null;
};

export function gradeAnswer(record: RunLogRecord, question: DatasetQuestion): AnswerFigures {
  const answer = record.final_answer ?? '';
  const plain = plainWording(answer);
  const missing = question.must_mention.filter((fact) => !mentions(plain, fact));
  const asked = question.must_mention.length;
  return {
    facts: { asked, mentioned: asked - missing.length, missing: missing.map(firstWording) },
    forbidden: question.forbidden_claims.filter((claim) => mentions(plain, claim)).map(firstWording),
    citations: record.evidence === null ? null : citationFigures(record.evidence, question.gold),
    similarity:
      question.reference_answer === null || plain === '' ? null : wordOverlap(answer, question.reference_answer),
  };
}

const firstWording = (fact: readonly string[]): string => fact[0] ?? '';

function citationFigures(cited: readonly LoggedCitation[], gold: GoldEvidence): CitationFigures {
  const right = cited.filter(({ path, status }) => status !== 'unresolved' && inGold(gold, path));
  const ranges = Object.entries(gold.lines).flatMap(([path, lines]) =>
    lines.map(([firstLine, lastLine]) => ({ path, firstLine, lastLine })),
  );
  const touched = ranges.filter((range) => right.some((place) => place.path === range.path && overlap(place, range)));
  return {
    given: cited.length,
    inGold: right.length,
    precision: cited.length === 0 ? null : right.length / cited.length,
    recall: ranges.length === 0 ? null : touched.length / ranges.length,
  };
}
