/** The offline model's one policy: reads a request, decides what kind of work it is, and gives the reply. */
import type { ChatBody } from '../chat-request.ts';
import { draftAnswer, type WireDraft } from './answer.ts';
import { assess } from './assessment.ts';
import { blocks, type Conversation, readConversation, type ToolRun } from './conversation.ts';
import { judgeDraft } from './judge.ts';
import { chooseLabel, type LabelChoice, labelOptions } from './labels.ts';
import { mergeDrafts } from './merge.ts';
import { type PlannedCall, planCalls } from './plan.ts';
import { fillSchema } from './schema-fill.ts';
import { readToolText } from './source-text.ts';
import { type WeakDrafts, weakDraft } from './weak-draft.ts';

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
