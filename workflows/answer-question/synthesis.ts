/** Synthesis: one answer from the accepted drafts; what was replaced is listed with the reason. */
import type { SynthesisCall } from '../../contracts/agent-calls.ts';
import type { SpecialistOutput, SynthesisResult } from '../../contracts/agent.ts';
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { ContentId } from '../../contracts/snapshot.ts';
import type { DoneOnTheWay } from '../../contracts/trace.ts';
import { hasLooked } from './absence.ts';
import { callAgent, callTool } from './calls.ts';
import { askedQuestion } from './follow-up.ts';
import { foreignAnswered } from './foreign/pinning.ts';
import { bestOutput } from './gate.ts';
import { type Answer, handingOver, type Run, snapshotOf, supersede } from './state.ts';

const scope = { stage: 'synthesis' } as const;

/** Makes one answer of the accepted results; there is at least one. */
export async function synthesizeAnswer(run: Run, accepted: readonly SpecialistOutput[]): Promise<Answer> {
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
  if (alone || supported.length === 0) return bestOutput(candidates) ?? first;
  run.visibility.say('synthesizing', `one answer from ${candidates.map((output) => output.specialist).join(' and ')}`);
  const { reply, checked } = await askSynthesizer(run, candidates);
  if (reply.kind === 'unparsable') return fallBack(run, candidates, 'the synthesizer gave no usable reply');
  const { synthesis, synthesisId } = reply;
  const looked = candidates.some((output) => hasLooked(output, run.state.tools_called));
  if (synthesis.insufficient && !looked) return fallBack(run, candidates, 'nothing was searched for the synthesis');
  const citations = checked ?? (await checkAgain(run, synthesisId));
  run.state.superseded.push(...synthesis.superseded);
  const { answer, confidence, insufficient, gaps } = synthesis;
  const { unjudged } = candidates.find((candidate) => candidate.unjudged !== undefined) ?? {};
  const made = { answer, confidence, insufficient, gaps, citations };
  return unjudged === undefined ? made : { ...made, unjudged };
}

async function checkAgain(run: Run, content: ContentId): Promise<CheckedCitation[]> {
  const input = { snapshot: snapshotOf(run), content, scope, ...foreignAnswered(run) };
  const summary = "synthesis: check the answer's citations once more";
  return (await callTool(run, 'verifyCitations', input, summary)).citations;
}

/** `checked`: the answer's citations; null where the activity that made it could not check them. */
async function askSynthesizer(
  run: Run,
  candidates: readonly SpecialistOutput[],
): Promise<{ reply: SynthesisResult; checked: CheckedCitation[] | null }> {
  const drafts = candidates.flatMap(({ specialist, draftId, citations }) =>
    draftId === null ? [] : [{ specialist, draft: draftId, citations }],
  );
  const opening: SynthesisCall = {
    kind: 'opening',
    snapshot: snapshotOf(run),
    ...askedQuestion(run),
    synthesis: run.input.pipeline.synthesis,
    candidates: drafts,
    ...foreignAnswered(run),
    ...handingOver(run),
  };
  const done: DoneOnTheWay = {};
  const onDone = (more: DoneOnTheWay) => void Object.assign(done, more);
  const purpose = 'one answer from all drafts, its citations checked once more';
  const about = {
    scope,
    who: 'synthesis',
    purpose,
    mustAnswer: true,
    onDone,
    fallbackModel: opening.synthesis.fallbackModel,
  };
  const reply = await callAgent(run, 'synthesize', opening, about);
  return { reply, checked: done.citations ?? null };
}

/** A synthesis that cannot be used never costs the answer: the best draft stands, and what became of the others is said. */
function fallBack(run: Run, candidates: readonly SpecialistOutput[], why: string): Answer {
  const best = bestOutput(candidates) ?? candidates[0];
  if (best === undefined) throw new Error('synthesis needs an accepted result');
  supersede(
    run,
    candidates.filter((output) => output !== best),
    `${why}, and another draft is better supported`,
  );
  return best;
}
