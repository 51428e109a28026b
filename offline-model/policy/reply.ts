/** The offline model's one policy: reads a request, decides what kind of work it is, and gives the reply. */
import type { ChatBody } from '../server/chat-request.ts';
import { draftAnswer, type WireDraft } from './answer.ts';
import { assess } from './assessment.ts';
import { blocks, type Conversation, readConversation, type ToolRun } from './conversation.ts';
import { judgeDraft } from './judge.ts';
import { mergeDrafts } from './merge.ts';
import { planCalls, type PlannedCall } from './plan.ts';
import { rewriteFollowUp } from './rewrite.ts';
import { fillSchema } from './schema-fill.ts';
import { readToolText } from '../passages/source-text.ts';
import { weakDraft, type WeakDrafts } from '../faults/weak-draft.ts';
import { classifyQuestion } from '../router/classify-question.ts';

export type PolicyReply =
  | { kind: 'text'; text: string }
  | { kind: 'label'; text: string; choice: LabelChoice }
  | { kind: 'calls'; calls: readonly PlannedCall[] };

const introduction =
  'I am switchyard-offline, a deterministic program, not a language model: I find and quote passages, and choose labels.';

const properties = (conversation: Conversation): string[] => {
  const listed = conversation.schema?.schema.properties;
  return typeof listed === 'object' && listed !== null ? Object.keys(listed) : [];
};

const hasAll = (conversation: Conversation, ...names: string[]): boolean => {
  const listed = properties(conversation);
  return names.every((name) => listed.includes(name) || conversation.instructions.includes(`"${name}"`));
};

const json = (value: unknown): PolicyReply => ({ kind: 'text', text: JSON.stringify(value) });

/** Evidence that the request itself carries, in the rendering of tool results. */
const ownEvidence = (conversation: Conversation): ToolRun[] => [
  { name: 'request', argumentsText: '', text: readToolText(conversation.request) },
];

function draft(conversation: Conversation, weak: WeakDrafts): WireDraft {
  const runs = conversation.runs.length > 0 ? conversation.runs : ownEvidence(conversation);
  return (
    weakDraft(conversation, weak) ?? draftAnswer(assess(conversation.question, runs), conversation.reviews.length > 0)
  );
}

/** Calls that the caller insists on, although the policy would rather answer. */
function demandedCall(body: ChatBody, conversation: Conversation, planned: readonly PlannedCall[]): PlannedCall[] {
  const choice = body.tool_choice;
  if (choice === undefined || choice === 'auto' || choice === 'none') return [];
  const name = choice === 'required' ? planned[0]?.name : choice.function.name;
  const tool = conversation.tools.find((one) => name === undefined || one.name === name);
  if (tool === undefined) return [];
  const fitting = planned.find((call) => call.name === tool.name);
  const filled = fillSchema(tool.parameters, conversation.question.slice(0, 200)) as Record<string, unknown>;
  return [fitting ?? { name: tool.name, arguments: filled }];
}

function textReply(conversation: Conversation, weak: WeakDrafts): PolicyReply {
  if (hasAll(conversation, 'answer', 'citations')) return json(draft(conversation, weak));
  if (conversation.schema !== null) return json(fillSchema(conversation.schema.schema, conversation.question));
  const runs = conversation.runs.length > 0 ? conversation.runs : ownEvidence(conversation);
  const found = runs.some((run) => run.text.places.length > 0) ? draft(conversation, weak).answer : introduction;
  return conversation.wantsJson ? json({ text: found }) : { kind: 'text', text: found };
}

/**
 * The reply to a request, from nothing but the request: the same request always gives the same reply.
 * @param weak how many first drafts of a question are to be weak (a fault switch); 0 for none.
 */
export function replyTo(body: ChatBody, weak: WeakDrafts): PolicyReply {
  const conversation = readConversation(body);
  if (hasAll(conversation, 'standalone_question')) return json(rewriteFollowUp(conversation));
  const options = labelOptions(conversation);
  if (options.length > 0) {
    const choice = chooseLabel(conversation.question, options);
    return { kind: 'label', text: choice[0]?.name ?? '', choice };
  }
  const drafts = blocks(conversation.request, 'draft');
  if (hasAll(conversation, 'accepted', 'reasons')) return json(judgeDraft(conversation));
  if (drafts.length > 0 && hasAll(conversation, 'answer', 'superseded')) return json(mergeDrafts(conversation));
  const planned = planCalls(conversation);
  const demanded = demandedCall(body, conversation, planned);
  if (demanded.length > 0) return { kind: 'calls', calls: demanded };
  return planned.length > 0 ? { kind: 'calls', calls: planned } : textReply(conversation, weak);
}

// Chooses one of the labels that a request lists, with a probability for each.

type LabelOption = { name: string; description: string };
type LabelChoice = { name: string; probability: number }[];

const maxLabels = 100;

function listed(body: string): LabelOption[] {
  return body.split('\n').flatMap((line) => {
    const match = /^\s*[-*]\s*([\w-]{1,60})\s*(?::(.*))?$/.exec(line);
    return match?.[1] === undefined ? [] : [{ name: match[1], description: match[2]?.trimStart() ?? '' }];
  });
}

/** `one of: red, green or blue`, in the instructions or the request. */
function enumerated(text: string): LabelOption[] {
  const names = /\b(?:reply|answer|respond)\b[^.\n]{0,80}\bone of\b[^:\n]{0,40}:\s*([^\n.]{3,500})/i.exec(text)?.[1];
  const labels = (names ?? '').split(/,|\bor\b/).map((name) => name.replace(/["'`\s]/g, ''));
  return labels.filter((name) => /^[\w-]{1,60}$/.test(name)).map((name) => ({ name, description: '' }));
}

/** The labels that the request asks to choose from; none when it asks for something else. */
function labelOptions(conversation: Conversation): LabelOption[] {
  const routes = blocks(conversation.request, 'routes').flatMap((block) => listed(block.body));
  const options = routes.length > 0 ? routes : enumerated(`${conversation.instructions}\n${conversation.request}`);
  const byName = new Map(options.map((option) => [option.name, option]));
  return byName.size >= (routes.length > 0 ? 1 : 2) ? [...byName.values()].slice(0, maxLabels) : [];
}

/** Every label with its probability, most likely first. */
function chooseLabel(question: string, options: readonly LabelOption[]): LabelChoice {
  return classifyQuestion(question, options).toSorted((a, b) => b.probability - a.probability);
}
