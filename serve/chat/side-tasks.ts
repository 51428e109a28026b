/**
 * What chat clients ask beside questions: a title, tags, follow-ups and the like, of the same model and after each answer. Each
 * gets a short fixed reply that its client can read, and no run.
 */
import { cut, printableLine } from '../../lib/printable.ts';
import { type ChatRequest, questionWithSources } from './chat-request.ts';

/** The reply to a request that is no question; null: it is one. */
export function sideTaskReply({ question, before }: ChatRequest, headers: Headers): string | null {
  const kind = headerTask(headers.get('x-openwebui-task')) ?? promptTask(question);
  if (kind === null) return null;
  const reply: Reply = kind === 'title' ? { title: titleOf(question, before) } : replies[kind];
  if (/\bjson\b|"title"|"tags"/i.test(question)) return JSON.stringify(reply);
  const [text] = Object.values(reply);
  return typeof text === 'string' ? text : (text?.join(', ') ?? '');
}

type Task = 'title' | keyof typeof replies;
type Reply = Record<string, string | string[]>;

const replies = {
  tags: { tags: ['Code'] },
  'follow-ups': { follow_ups: [] },
  queries: { queries: [] },
  completion: { text: '' },
  other: {},
} satisfies Record<string, Reply>;

/** Open WebUI's names of its tasks, in a header that its connection is told to send; unfilled templates say nothing. */
function headerTask(header: string | null): Task | null {
  if (header === null || header === '' || /[{}]/.test(header)) return null;
  return tasks.find(({ header: names }) => names.test(header))?.kind ?? 'other';
}

const tasks: readonly { kind: Task; header: RegExp; prompt: RegExp }[] = [
  { kind: 'title', header: /title/i, prompt: /\btitle\b/i },
  { kind: 'tags', header: /tags?/i, prompt: /\btags\b/i },
  { kind: 'follow-ups', header: /follow/i, prompt: /follow-up/i },
  { kind: 'queries', header: /quer/i, prompt: /search quer/i },
  { kind: 'completion', header: /autocomplet/i, prompt: /autocompletion/i },
];

/** Characters of a prompt in which it says what it wants. */
const openingCharacters = 400;

/** Prompts as the clients ship them; a question that only mentions titles begins in another way. */
function promptTask(question: string): Task | null {
  const opening = question.slice(0, openingCharacters);
  if (questionWithSources.test(opening)) return null;
  if (/^\s*### Task:\s/.test(opening)) return tasks.find(({ prompt }) => prompt.test(opening))?.kind ?? 'other';
  const asksForTitle =
    /^\s*(?:Please )?(?:generate|provide|write|create) a (?:concise|short|brief)[^\n]{0,60}\btitle (?:for|of|in)\b[^\n]{0,60}conversation/i;
  const asksForTitleAfter = /^\s*Given the following[^\n]{0,80}[\s\S]{0,200}\btitle for the chat\b/i;
  return asksForTitle.test(opening) || asksForTitleAfter.test(opening) ? 'title' : null;
}

/** How the conversation begins, as far as the request tells. */
function titleOf(prompt: string, before: ChatRequest['before']): string {
  const [, quoted = ''] = /^(?:USER|User|Human): ?([^\n]{1,400})/m.exec(prompt) ?? [];
  const first = printableLine(quoted === '' ? (before[0]?.question ?? '') : quoted);
  return first === '' ? 'A question about code' : cut(first, 60);
}
