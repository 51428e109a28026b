/** Takes a question from the command line or from standard input, with all that belongs to it. */
import { type QuestionOptions, questionInput } from '../../application/questions/question-input.ts';
import { checkedQuestion, tooLong } from '../../application/questions/question-text.ts';
import { readSettings } from '../../application/read-settings.ts';
import type { Config } from '../../config/config.ts';
import { type QuestionInput, questionMaxCharacters } from '../../contracts/run.ts';
import { decodeText } from '../../lib/text-file.ts';
import { note } from '../terminal/output.ts';

export type PreparedQuestion = { settings: Config; input: QuestionInput };

/**
 * The settings, and the question of the command line or of stdin with all that belongs to it.
 * @throws InvalidInput for the first mistake
 */
export async function prepareQuestion(argument: string, options: QuestionOptions): Promise<PreparedQuestion> {
  const settings = readSettings();
  const question = await readQuestion(argument, process.stdin);
  return { settings, input: await questionInput(question, options, settings, note) };
}

/** Every character of UTF-8 takes four bytes at most; what is longer than this is too long whatever it says. */
const maxBytes = 4 * questionMaxCharacters + 1024;

/**
 * The question, trimmed; `-` reads it from `input`.
 * @throws InvalidInput for an empty or too long question
 */
export async function readQuestion(argument: string, input: AsyncIterable<Buffer | string>): Promise<string> {
  return checkedQuestion(argument === '-' ? await readAll(input) : argument);
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
