/** Reads an answer that a person has edited: plain text, or JSON as `runs pending --json` prints a draft. */
import { readFileSync, statSync } from 'node:fs';
import { z } from 'zod';
import type { EditedDraft } from '../../contracts/decision.ts';
import { messageOf, UsageError } from '../../lib/errors.ts';
import { decodeText } from '../../lib/text-file.ts';

const CitationInJson = z.object({ path: z.string(), first_line: z.int(), last_line: z.int(), quote: z.string() });
const DraftInJson = z.object({ answer: z.string(), citations: z.array(CitationInJson).exactOptional() });

const mostBytes = 1_000_000;

/** Without citations those of the draft stay. @throws UsageError */
export function readEditedDraft(file: string): EditedDraft {
  const text = readText(file).trim();
  if (!text.startsWith('{')) return { answer: text };
  const { answer, citations } = draftIn(file, text);
  if (citations === undefined) return { answer };
  const cited = citations.map(({ path, first_line: firstLine, last_line: lastLine, quote }) => {
    return { path, firstLine, lastLine, quote };
  });
  return { answer, citations: cited };
}

function draftIn(file: string, text: string): z.infer<typeof DraftInJson> {
  try {
    return DraftInJson.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw new UsageError(`${file} is no JSON: ${messageOf(error)}`);
    const [issue] = error.issues;
    throw new UsageError(`${file} is no draft: ${issue?.path.join('.')}: ${issue?.message}`);
  }
}

function readText(file: string): string {
  try {
    if (statSync(file).size <= mostBytes) return decodeText(readFileSync(file));
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${messageOf(error)}`);
  }
  throw new UsageError(`${file} is larger than an answer may be`);
}
