/** What a run asks people, as a form of the client, and a filled form as a decision. */
import {
  type InputRequest,
  inputRequired,
  inputResponse,
  type PrimitiveSchemaDefinition,
} from '@modelcontextprotocol/server';
import { z } from 'zod';
import type { Decision, DecisionRequest } from '../../contracts/decision.ts';
import { cut } from '../../lib/printable.ts';
import type { Call } from '../calls/call.ts';
import { pendingOutput } from './run-output.ts';
import { pendingText } from './run-text.ts';

/** Clients show a message in a dialog. */
const messageCharacters = 4_000;

/** @param problem why what was answered before could not be taken */
export function formOf(request: DecisionRequest, problem: string | null = null): InputRequest {
  const { choices, kind } = request;
  const needs = new Set(choices.map((each) => each.needs));
  const properties: Record<string, PrimitiveSchemaDefinition> = {
    choice: { type: 'string', title: 'Choice', enum: choices.map(({ choice }) => choice) },
  };
  if (needs.has('note') || kind === 'clarify' || kind === 'try')
    properties.note = { type: 'string', title: 'Note', description: 'What the run is told.', maxLength: 2_000 };
  if (needs.has('draft'))
    properties.answer = { type: 'string', title: 'Answer', description: 'Your text, of edit.', maxLength: 20_000 };
  if (needs.has('amount'))
    properties.amount = { type: 'number', title: 'Amount', description: 'By how much the limit is raised, of grant.' };
  const text = pendingText(pendingOutput(request));
  return inputRequired.elicit({
    message: cut(problem === null ? text : `${problem}\n\n${text}`, messageCharacters),
    requestedSchema: { type: 'object', properties, required: ['choice'] },
  });
}

const Filled = z.object({
  choice: z.string().min(1).max(100),
  note: z.string().max(2_000).optional(),
  answer: z.string().max(20_000).optional(),
  amount: z.number().optional(),
});

/** `declined`: the person does not want to decide; null: nothing that can be read was answered. */
export type Filled = Omit<Decision, 'by'> | 'declined' | null;

/** What a client sends for a request of that id. Whether the run has such a request, it says itself. */
export function filledForm(answers: Call['answers'], requestId: string): Filled {
  const answer = inputResponse(answers, requestId);
  if (answer.kind !== 'elicit') return null;
  if (answer.action !== 'accept') return 'declined';
  const { data } = Filled.safeParse(answer.content);
  return data === undefined ? null : decisionOf(requestId, data);
}

/** Fields that are left empty are none: forms send them. */
export function decisionOf(requestId: string, { choice, note = '', answer = '', amount }: z.infer<typeof Filled>) {
  return {
    requestId,
    decision: choice,
    ...(note.trim() === '' ? {} : { note }),
    ...(answer.trim() === '' ? {} : { draft: { answer } }),
    ...(amount === undefined ? {} : { amount }),
  };
}
