/**
 * What a turn takes along of the turn before it. It is made of that turn's input and outcome alone, both of which are
 * bounded, so that the hundredth turn of a thread takes what the tenth does. Answers are not taken along.
 */
import type { CheckedCitation } from '../../contracts/evidence.ts';
import type { AnswerState, QuestionInput } from '../../contracts/run.ts';
import {
  type CarriedPlace,
  carriedAtMost,
  type CheckedPlace,
  type ThreadTurn,
} from '../../contracts/threads/thread.ts';

/** A run that another one goes on from. */
export type TurnBefore = {
  workflowId: string;
  input: Pick<QuestionInput, 'question' | 'thread'>;
  /** Null of a run that goes on, or ended without an outcome. */
  state: Pick<AnswerState, 'evidence' | 'snapshot' | 'standalone_question' | 'thread'> | null;
};

/** @param before null: the turn begins the thread */
export function nextTurn(id: string, before: TurnBefore | null): ThreadTurn {
  if (before === null) return { id, parent: null, turn: 1, questions: [], places: [] };
  const { workflowId, input, state } = before;
  const asked = state?.standalone_question ?? input.question;
  const questions = [...(input.thread?.questions ?? []), cutTo(asked, carriedAtMost.questionCharacters)];
  return {
    id,
    parent: workflowId,
    turn: (input.thread?.turn ?? 1) + 1,
    questions: questions.slice(-carriedAtMost.questions),
    places: placesAfter(before),
  };
}

/** Those of the last answer first, then those that were carried to it and still stand; each once. */
function placesAfter({ input, state }: TurnBefore): CarriedPlace[] {
  const snapshot = state?.snapshot?.id ?? '';
  const cited = (state?.evidence ?? []).map((citation) => ofCitation(citation, snapshot));
  const carried = state?.thread?.places.flatMap(stillThere) ?? input.thread?.places ?? [];
  const kept: CarriedPlace[] = [];
  let characters = 0;
  for (const place of [...cited, ...carried]) {
    if (kept.some((other) => overlap(other, place))) continue;
    characters += JSON.stringify(place).length;
    if (kept.length >= carriedAtMost.places || characters > carriedAtMost.placeCharacters) break;
    kept.push(place);
  }
  return kept;
}

function ofCitation({ path, firstLine, lastLine, quote }: CheckedCitation, snapshot: string): CarriedPlace {
  return { path, firstLine, lastLine, quote: cutTo(quote, carriedAtMost.quoteCharacters), snapshot };
}

/** What has changed or is gone was told in the turn that noticed it, and is dropped. */
function stillThere({ status, was: _, ...place }: CheckedPlace): CarriedPlace[] {
  return status === 'changed' || status === 'gone' ? [] : [place];
}

const overlap = (one: CarriedPlace, other: CarriedPlace): boolean =>
  one.path === other.path && one.firstLine <= other.lastLine && other.firstLine <= one.lastLine;

/** A beginning, so that words which are looked for still stand there: cut at a space where there is one. */
function cutTo(text: string, most: number): string {
  if (text.length <= most) return text;
  const beginning = text.slice(0, most);
  const space = beginning.search(/\s\S*$/);
  return space > most / 2 ? beginning.slice(0, space) : beginning.replace(/[\uD800-\uDBFF]$/, '');
}
