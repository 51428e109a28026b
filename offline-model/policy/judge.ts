/** Judges a draft by coverage: does the evidence speak of what was asked, and does it hold what the draft says? */
import { assess, contentWeight } from './assessment.ts';
import { sufficientSupport, supportOf } from './confidence.ts';
import { blocks, type Conversation } from './conversation.ts';
import { readToolText } from '../passages/source-text.ts';
import { termMatch } from './support.ts';
import { contentStems, indexStems, stemMatch } from '../words/words.ts';

export type WireVerdict = { accepted: boolean; reasons: string[] };

/**
 * Low, because a right answer may be one short line; what it claims is checked against the evidence besides. What a project
 * says of itself in its own files need not use the question's words.
 */
const leastCoverage = 0.26;
const leastBacking = 0.6;
/** More characters of a draft than any specialist's reply may have. */
const maxDraft = 20_000;

const admitsNothing = (draft: string): boolean =>
  /^The question seems to be in |\b(?:does not|doesn't|did not|cannot|could not|no)\b[^.]{0,60}\b(?:hold|contain|find|found|answer|evidence|passage|enough)\b|\binsufficient\b/i.test(
    draft,
  );

const textOf = (conversation: Conversation, tag: string): string =>
  blocks(conversation.request, tag)
    .map((block) => block.body)
    .join('\n');

function judgeAbstention(conversation: Conversation, evidence: string): WireVerdict {
  const text = readToolText(evidence);
  if (text.places.length === 0) return { accepted: true, reasons: [] };
  const support = supportOf(assess(conversation.question, [{ name: 'evidence', argumentsText: '', text }]));
  if (support < sufficientSupport) return { accepted: true, reasons: [] };
  const first = text.places[0];
  return {
    accepted: false,
    reasons: [`The draft says that nothing answers the question, but ${first?.path}:${first?.firstLine} speaks of it.`],
  };
}

/** Words of the draft that neither the evidence nor the question holds: claims out of nowhere. */
function unbacked(draft: string, evidence: string, question: string): { share: number; words: string[] } {
  const known = indexStems(`${evidence}\n${question}`);
  const said = [...new Set(contentStems(draft))];
  const missing = said.filter((one) => stemMatch(known, one) === 0);
  return { share: said.length === 0 ? 1 : missing.length / said.length, words: missing };
}

/** The verdict on the draft of the request; reasons name what to fix. */
export function judgeDraft(conversation: Conversation): WireVerdict {
  const draft = textOf(conversation, 'draft').slice(0, maxDraft);
  const evidence = textOf(conversation, 'evidence');
  const shown = readToolText(evidence);
  const { places } = shown;
  if (admitsNothing(draft) && (places.length === 0 || (draft.length < 600 && !/\S:\d+(?:-\d+)?`/.test(draft))))
    return judgeAbstention(conversation, evidence);
  if (places.length === 0) return { accepted: false, reasons: ['The draft cites no place that is in the evidence.'] };
  const { question, scored } = assess(conversation.question, [{ name: 'evidence', argumentsText: '', text: shown }]);
  const content = question.terms.filter((term) => term.weight >= contentWeight);
  const spoken = indexStems(`${draft}\n${evidence}`);
  const total = content.reduce((sum, term) => sum + term.weight, 0) || 1;
  const covered = content.reduce((sum, term) => sum + term.weight * termMatch(spoken, term), 0) / total;
  const left = content.filter((term) => termMatch(spoken, term) === 0).map((term) => term.text);
  const claims = unbacked(draft, evidence, conversation.question);
  const reasons = [
    ...(content.length > 0 && covered < leastCoverage && !scored.some((one) => one.topical)
      ? [`Draft and evidence do not speak of: ${left.slice(0, 8).join(', ')}.`]
      : []),
    ...(claims.share > leastBacking
      ? [`The evidence does not show what the draft says about: ${claims.words.slice(0, 8).join(', ')}.`]
      : []),
  ];
  return { accepted: reasons.length === 0, reasons };
}
