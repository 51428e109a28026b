/** Reads tool calls that a model wrote as text. */
import { forms, type WrittenCall } from './call-forms.ts';
import { CallText, readable } from './call-text.ts';

/**
 * The calls of a text, and what stands around them; null where there are none that can be read. A marker behind the
 * beginning of JSON or of a code block is a part of an answer.
 * @param isOffered whether a name is one of an offered tool
 */
export function readWrittenCalls(
  whole: string,
  isOffered: (name: string) => boolean,
): { calls: WrittenCall[]; text: string } | null {
  const text = withoutFence(whole.trim());
  const answerAt = /^(?:\{|```(?!tool_code))/m.exec(text)?.index ?? text.length;
  for (const { begins, read } of Object.values(forms)) {
    const at = begins === null ? 0 : text.slice(0, answerAt + markerLength).search(begins);
    if (at < 0 || (begins !== null && at > answerAt)) continue;
    const place = new CallText(text, at);
    const calls = readable(() => read(place)) ?? [];
    place.take(/(?:<\|(?:eom_id|eot_id|im_end|tool_calls_section_end)\|>|<[｜|]tool[▁_]calls[▁_]end[｜|]>|\s)+/y);
    if (!calls.some(({ name }) => isOffered(name)) || (begins === null && !place.isOver)) continue;
    return { calls, text: `${text.slice(0, at)}${text.slice(place.at)}`.trim() };
  }
  return null;
}

/** Enough to find a marker that begins where an answer would. */
const markerLength = 60;

function withoutFence(text: string): string {
  return /^```(?!tool_code)\w*\n([^`]*)\n?```$/.exec(text)?.[1]?.trim() ?? text;
}
