/** How a run ends: with an answer, or with the best draft that it has and what that lacks. */
import type { SpecialistOutput } from '../../contracts/agent.ts';
import type { AnswerOutcome } from '../../contracts/run.ts';
import { baselessAbstention, toolsFailed } from './absence.ts';
import { bestOutput } from './gate.ts';
import { type Answer, type Run, settleAnswer } from './state.ts';

/** Ends the run with its answer; `by`: the person whose words it is. */
export function ended(run: Run, made: Answer, by: string | null = null): AnswerOutcome {
  const { state, visibility } = run;
  settleAnswer(run, made);
  if (by !== null) Object.assign(state, { edited_by: by, confidence: null });
  return visibility.finish({ kind: made.insufficient ? 'insufficient-evidence' : 'answered', state });
}

/** Ends a run in which no draft was good enough: the best one is shown, with what it lacks; or why no tool worked. */
export function endedWithout(run: Run, reasons: readonly string[]): AnswerOutcome {
  const { state, visibility } = run;
  const best = bestToShow(run);
  const failure = toolsFailed(state.tools_called);
  if (best !== null) settleAnswer(run, best);
  if (failure !== null) return visibility.finish({ kind: 'unavailable', state, failure });
  return visibility.finish({ kind: 'retries-exhausted', state, reasons: [...reasons] });
}

/** A draft that abstains and has looked at nothing tells nothing, however sure it is. */
export function bestToShow({ state: { specialist_output, tools_called } }: Run): SpecialistOutput | null {
  return bestOutput(specialist_output.filter((output) => baselessAbstention(output, tools_called) === null));
}
