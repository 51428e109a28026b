/**
 * The step that a fork begins from, as a person names it: `router`, `code`, `code try 2`, `code try 1 turn 3`, `judge code`,
 * `judge code try 2` or `synthesis`. What is left out is the first.
 */
import type { RunStep } from '../../contracts/reuse.ts';
import { InvalidInput } from '../errors.ts';
import type { RunCall } from './run-calls.ts';

/** @throws InvalidInput that names the steps which the run has */
export function stepNamed(text: string, calls: readonly RunCall[]): RunStep {
  const wanted = text.trim().toLowerCase().replace(/\s+/g, ' ');
  const own = calls.filter(({ agent }) => agent !== 'reranker');
  const named = own.find(({ name }) => [name, ...shorterNames(name)].some((each) => each.toLowerCase() === wanted));
  if (named !== undefined) return named.step;
  const names = [...new Set(own.map(({ name }) => name))];
  const choices = names.length === 0 ? 'it has made no model call' : `take one of ${names.join(', ')}`;
  throw new InvalidInput('from', `the run has no step "${text}": ${choices}`);
}

/** `code try 1 turn 1` is `code try 1` and `code`; `judge code try 1` is `judge code` and `judge`. */
function shorterNames(name: string): string[] {
  const withoutTurn = name.replace(/ turn 1$/, '');
  const withoutTry = withoutTurn.replace(/ try 1$/, '').replace(/ try 1 (?=turn)/, ' ');
  return [withoutTurn, withoutTry, ...(withoutTry.startsWith('judge ') ? ['judge'] : [])];
}
