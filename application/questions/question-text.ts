/** A question within the bounds of a run. */
import { questionMaxCharacters } from '../../contracts/run.ts';
import { InvalidInput } from '../errors.ts';

/**
 * The question, trimmed.
 * @throws InvalidInput where it is empty or too long
 */
export function checkedQuestion(text: string): string {
  const question = text.trim();
  if (question === '') throw new InvalidInput('question', 'the question is empty: switchyard ask "How does …?"');
  if (question.length > questionMaxCharacters) throw tooLong(question.length.toLocaleString('en-US'));
  return question;
}

/** @param length in characters, as a person reads it */
export function tooLong(length: string): InvalidInput {
  const most = questionMaxCharacters.toLocaleString('en-US');
  return new InvalidInput('question', `the question has ${length} characters and may have ${most}: shorten it`);
}
