/** Takes a question from the command line or from standard input, within the bounds of a run. */
import { questionMaxCharacters } from '../../contracts/run.ts';
import { UsageError } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';

/** Every character of UTF-8 takes four bytes at most; what is longer than this is too long whatever it says. */
const maxBytes = 4 * questionMaxCharacters + 1024;

/**
 * The question, trimmed; `-` reads it from `input`.
 * @throws UsageError for an empty or too long question
 */
export async function readQuestion(argument: string, input: AsyncIterable<Buffer | string>): Promise<string> {
  return checkedQuestion(argument === '-' ? await readAll(input) : argument);
}

/** @throws UsageError for an empty or too long question */
export function checkedQuestion(text: string): string {
  const question = text.trim();
  if (question === '') throw new UsageError('the question is empty: switchyard ask "How does …?"');
  if (question.length > questionMaxCharacters) throw tooLong(question.length.toLocaleString('en-US'));
  return question;
}

async function readAll(input: AsyncIterable<Buffer | string>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    bytes += Buffer.byteLength(chunk);
    if (bytes > maxBytes) throw tooLong(`more than ${questionMaxCharacters.toLocaleString('en-US')}`);
  }
  return decodeText(Buffer.concat(chunks));
}

function tooLong(length: string): UsageError {
  const most = questionMaxCharacters.toLocaleString('en-US');
  return new UsageError(`the question has ${length} characters and may have ${most}: shorten it`);
}
