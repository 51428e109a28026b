/** Synthesis: one answer from the accepted drafts; what was replaced is listed with the reason. */
import type { SynthesisCall } from '../../contracts/agent-calls.ts';
import type { SpecialistOutput, SynthesisTurn } from '../../contracts/agent.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { bestOutput } from './gate-policy.ts';
import { usableTurn } from './repairs.ts';
import type { Run } from './state.ts';

const scope = { stage: 'synthesis' } as const;

/** Ends the run with the accepted results; there is at least one. */
export async function synthesizeAnswer(run: Run, accepted: readonly SpecialistOutput[]): Promise<AnswerOutcome> {
  const supported = accepted.filter((output) => !output.insufficient);
  const candidates = supported.length > 0 ? supported : accepted;
  supersede(
    run,
    accepted.filter((output) => !candidates.includes(output)),
    'found nothing that another did find',
  );
  const [first] = candidates;
  if (first === undefined) throw new Error('synthesis needs an accepted result');
  const alone = candidates.length === 1 && run.input.pipeline.synthesis.calls === 'when-needed';
  if (alone || supported.length === 0) return conclude(run, bestOutput(candidates) ?? first);
  run.say('synthesizing', `one answer from ${candidates.map((output) => output.specialist).join(' and ')}`);
  const turn = await synthesisTurn(run, candidates);
  if (turn.kind === 'unparsable') return fallBack(run, candidates);
  const { synthesis, synthesisId } = turn;
  const input = { snapshot: run.snapshot, content: synthesisId, scope };
  const summary = "synthesis: check the answer's citations once more";
  const citations = await run.unpaid(() => run.calls.tools.verifyCitations.executeWithOptions({ summary }, [input]));
  run.state.superseded.push(...synthesis.superseded);
  const { answer, confidence, insufficient, gaps } = synthesis;
  return conclude(run, { answer, confidence, insufficient, gaps, citations });
}

function synthesisTurn(run: Run, candidates: readonly SpecialistOutput[]): Promise<SynthesisTurn> {
  const drafts = candidates.flatMap(({ specialist, draftId, citations }) =>
    draftId === null ? [] : [{ specialist, draft: draftId, citations }],
  );
  const opening: SynthesisCall = {
    kind: 'opening',
    snapshot: run.snapshot,
    question: run.state.question,
    synthesis: run.input.pipeline.synthesis,
    candidates: drafts,
  };
  const { synthesize } = run.calls.models;
  return usableTurn<SynthesisCall, SynthesisTurn>(opening, 'one answer from all drafts', true, (each, why) =>
    run.paid(scope, (payment) => synthesize.executeWithOptions({ summary: `synthesis: ${why}` }, [each, payment])),
  );
}

/** A synthesizer without a usable reply never costs the answer: the best draft stands, and the gap is named. */
function fallBack(run: Run, candidates: readonly SpecialistOutput[]): AnswerOutcome {
  const best = bestOutput(candidates) ?? candidates[0];
  if (best === undefined) throw new Error('synthesis needs an accepted result');
  supersede(
    run,
    candidates.filter((output) => output !== best),
    'the synthesizer gave no usable reply, and another draft is better supported',
  );
  return conclude(run, best);
}

type Answer = Pick<SpecialistOutput, 'answer' | 'confidence' | 'insufficient' | 'gaps' | 'citations'>;

function conclude(run: Run, answer: Answer): AnswerOutcome {
  settleAnswer(run, answer);
  return run.finish({ kind: answer.insufficient ? 'insufficient-evidence' : 'answered', state: run.state });
}

/** Puts an answer into the state; a citation that does not hold is no evidence, and is named as a gap. */
export function settleAnswer({ state }: Run, answer: Answer): void {
  state.final_answer = answer.answer;
  state.confidence = answer.confidence;
  state.evidence = answer.citations.filter((citation) => citation.status !== 'unresolved');
  state.gaps = [...answer.gaps, ...answer.citations.filter((citation) => citation.status === 'unresolved').map(asGap)];
}

const asGap = ({ path, firstLine, lastLine, reason }: CheckedCitation): string =>
  `the citation ${path}:${firstLine}-${lastLine} could not be verified${reason === undefined ? '' : `: ${reason}`}`;

export function supersede({ state }: Run, outputs: readonly SpecialistOutput[], why: string): void {
  for (const { specialist, try: tryNumber, reasons } of outputs) {
    const reason = reasons.length > 0 ? reasons.join('; ') : why;
    state.superseded.push({ specialist: tryNumber > 1 ? `${specialist}, try ${tryNumber}` : specialist, reason });
  }
}
