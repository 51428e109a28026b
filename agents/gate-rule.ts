/** What code alone can say of a draft, before any judge is asked: pure. */
import type { Draft } from '../contracts/agent.ts';
import type { GateRule } from '../contracts/agent-calls.ts';
import type { CheckedCitation } from '../contracts/evidence.ts';

/** So many citations that do not hold are named. */
const mostNamed = 5;

/**
 * Reasons why a draft is weak; empty when code finds none. A "not in the repository" needs no citation, but a search. What a
 * draft cites of foreign tools counts neither for it nor against it.
 */
export function weaknesses(
  draft: Pick<Draft, 'confidence' | 'insufficient'> & { citations: readonly CheckedCitation[] },
  { minResolvedCitations, minConfidence, baseless }: GateRule,
): string[] {
  const { confidence } = draft;
  const citations = draft.citations.filter(({ foreign }) => foreign !== true);
  if (draft.insufficient) return baseless === null ? [] : [baseless];
  const reasons: string[] = [];
  if (citations.length === 0)
    reasons.push(
      draft.citations.length === 0
        ? 'nothing is cited: cite the lines that prove the answer'
        : 'only foreign tools are cited, which nobody can verify: cite the lines of the repository that the answer rests on',
    );
  const unresolved = citations.filter((citation) => citation.status === 'unresolved');
  const resolvedShare = 1 - unresolved.length / Math.max(1, citations.length);
  if (resolvedShare < minResolvedCitations) {
    for (const { path, firstLine, lastLine, reason } of unresolved.slice(0, mostNamed)) {
      reasons.push(
        `the citation ${path}:${firstLine}-${lastLine} does not hold: ${reason ?? 'its words are not there'}`,
      );
    }
  }
  if (confidence < minConfidence) reasons.push(`the confidence ${confidence} is under ${minConfidence}: look further`);
  return reasons;
}
