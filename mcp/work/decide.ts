/** Hands a person's decisions to a run, and says what became of them. */
import { InvalidInput } from '../../application/errors.ts';
import { decideRun, type Told } from '../../application/runs/decide-run.ts';
import type { Session } from '../../application/session/session.ts';
import { type Decision, RequestId } from '../../contracts/decision.ts';
import { printableLine } from '../../lib/printable.ts';
import { filledForm } from '../answers/elicitation.ts';
import type { Call } from '../calls/call.ts';
import type { Surface } from '../surface.ts';

type Given = { workflowId: string; call: Call; decision: Omit<Decision, 'by'> };

/** @throws InvalidInput for what is no decision; RunHasEnded */
export function decide(surface: Surface, session: Session, { workflowId, call, decision }: Given): Promise<Told> {
  // The record names the client too: it alone knows whether a person has decided.
  const who = call.caller ?? surface.user;
  const by = call.client === null ? who : `${who} by ${call.client}`;
  return decideRun(session, workflowId, { ...decision, by: by.slice(0, 200) });
}

/** Null where it was taken. */
export function problemOf(told: Told): string | null {
  return told.kind === 'refused' || told.kind === 'too-late' ? printableLine(told.reason) : null;
}

/** By the ids of requests; `problems` says why an answer was not taken. */
export type Answered = { taken: Set<string>; declined: Set<string>; problems: Map<string, string> };

/** As many as a run asks at once, and more. */
const mostAnswers = 20;

/** Tells the run what people have answered to the forms of its requests. @throws RunHasEnded */
export async function handOver(surface: Surface, session: Session, workflowId: string, call: Call): Promise<Answered> {
  const answered: Answered = { taken: new Set(), declined: new Set(), problems: new Map() };
  const ids = Object.keys(call.answers ?? {}).filter((key) => RequestId.safeParse(key).success);
  for (const requestId of ids.slice(0, mostAnswers)) {
    const decision = filledForm(call.answers, requestId);
    if (decision === 'declined') {
      answered.declined.add(requestId);
      continue;
    }
    const problem =
      decision === null
        ? 'this could not be read: pick one of the choices'
        : await decide(surface, session, { workflowId, call, decision }).then(problemOf, problemOfError);
    if (problem === null) answered.taken.add(requestId);
    else answered.problems.set(requestId, problem);
  }
  return answered;
}

/** What is no decision is told with the next form. */
function problemOfError(error: unknown): string {
  if (error instanceof InvalidInput) return error.message;
  throw error;
}
