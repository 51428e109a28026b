/** One paid model call: never paid again once its reply is in the journal. */
import { createHash } from 'node:crypto';
import type { Payment } from '../contracts/agent-calls.ts';
import type { ChatReply, ChatRequest } from '../contracts/chat.ts';
import { ModelFailure } from '../models/chat-model.ts';
import { requestHash } from '../models/journal.ts';
import { findPrice } from '../models/prices.ts';
import type { ActivityDependencies } from './dependencies.ts';
import type { Frame } from './frame.ts';

type Needs = Pick<ActivityDependencies, 'model' | 'modelByRole' | 'journal'>;

/**
 * Asks the model, or finds the reply of an earlier attempt whose completion did not reach the server.
 * @throws ModelFailure; and the signal's reason when the call is cancelled (the HTTP request is aborted).
 */
export async function askModel(needs: Needs, frame: Frame, request: ChatRequest, payment: Payment): Promise<ChatReply> {
  const model = request.model ?? needs.modelByRole[request.role];
  if (payment.requirePrice && findPrice(model) === null) {
    throw new ModelFailure(
      'ModelUnpriced',
      `no price is known for the model "${model}", so a money limit cannot be kept`,
    );
  }
  frame.note({ model, parameters: parametersOf(request), promptVersion: promptVersionOf(request) });
  const key = { ...frame.run, callKey: payment.key, requestHash: requestHash(request) };
  const remembered = await needs.journal.read(key);
  if (remembered !== null) return remembered;
  const reply = await needs.model.chat(request, {
    signal: frame.signal,
    callId: `${frame.run.workflowId}/${frame.run.runId}/${payment.key}`,
  });
  await needs.journal.write(key, reply);
  return reply;
}

function parametersOf({ temperature, maxOutputTokens, topLogprobs, toolChoice, tools, responseFormat }: ChatRequest) {
  return {
    maxOutputTokens,
    ...(temperature === null ? {} : { temperature }),
    ...(topLogprobs === 0 ? {} : { topLogprobs }),
    ...(tools.length === 0 ? {} : { toolChoice }),
    ...(responseFormat === null ? {} : { responseFormat: responseFormat.name }),
  };
}

/** The instructions are the first message of every agent. */
function promptVersionOf({ messages }: ChatRequest): string {
  const [first] = messages;
  const instructions = first?.role === 'system' ? first.content : '';
  return createHash('sha256').update(instructions).digest('hex').slice(0, 12);
}
