/** A question as agents are shown it. */

/**
 * @param standalone of a follow-up, the same in full
 * @returns the question in its block, and what a follow-up means behind it
 */
export function questionText(question: string, standalone?: string): string {
  const asked = `<question>\n${question}\n</question>`;
  if (standalone === undefined) return asked;
  return `${asked}\n<standalone_question>\n${standalone}\n</standalone_question>\nThe question follows on from earlier ones; the standalone question says in full what it means. Work by that one, and answer the question.`;
}
