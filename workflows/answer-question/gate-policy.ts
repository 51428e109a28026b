/** What code alone can say of a result, before any judge is asked: pure. */
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { GateSpec } from '../../contracts/pipeline.ts';

/** Reasons why a result is weak; empty when code finds none. An honest "not in the repository" needs no citation. */
export function weaknesses(
  output: SpecialistOutput,
  gate: Pick<GateSpec, 'minResolvedCitations' | 'minConfidence'>,
): string[] {
  if (output.kind === 'empty' || output.kind === 'failed')
    return output.reasons.length > 0 ? output.reasons : [`the result is ${output.kind}`];
  if (output.insufficient) return [];
  const reasons: string[] = [];
  if (output.citations.length === 0) reasons.push('nothing is cited: cite the lines that prove the answer');
  const unresolved = output.citations.filter((citation) => citation.status === 'unresolved');
  const resolvedShare = 1 - unresolved.length / Math.max(1, output.citations.length);
  if (resolvedShare < gate.minResolvedCitations) {
    for (const { path, firstLine, lastLine, reason } of unresolved.slice(0, 5)) {
      reasons.push(
        `the citation ${path}:${firstLine}-${lastLine} does not hold: ${reason ?? 'its words are not there'}`,
      );
    }
  }
  if (output.confidence < gate.minConfidence) {
    reasons.push(`the confidence ${output.confidence} is under ${gate.minConfidence}: look further`);
  }
  return reasons;
}

/** The result to show when none was accepted: cited ones first, then the most confident. */
export function bestOutput(outputs: readonly SpecialistOutput[]): SpecialistOutput | null {
  const drafts = outputs.filter((output) => output.kind === 'draft' || output.kind === 'partial');
  const rank = (output: SpecialistOutput) =>
    (output.accepted ? 4 : 0) + (resolved(output) > 0 ? 2 : 0) + output.confidence;
  return drafts.reduce<SpecialistOutput | null>(
    (best, output) => (best === null || rank(output) > rank(best) ? output : best),
    null,
  );
}

export const resolved = (output: SpecialistOutput): number =>
  output.citations.filter((citation) => citation.status !== 'unresolved').length;
