/** Places in the course of a run: which of them comes of which. Pure, for workflows too. */
import type { RunStep } from './reuse.ts';

/** Whether one step is the other or comes of it. What works side by side with it in its round does not. */
export function restsOn(step: RunStep, from: RunStep): boolean {
  if (from.stage === 'routing') return true;
  if (step.stage === 'routing') return false;
  if (step.stage === 'synthesis' || from.stage === 'synthesis') return step.stage === 'synthesis';
  const [round, begun] = [step.round ?? 1, from.round ?? 1];
  if (round !== begun) return round > begun;
  if (step.specialist !== from.specialist) return false;
  if (step.stage === 'gate' || from.stage === 'gate') return step.stage === 'gate';
  return (step.turn ?? 1) >= (from.turn ?? 1);
}
