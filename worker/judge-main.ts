/**
 * Command: reads judging tasks as JSON lines from stdin, asks the model of the settings, prints one JSON line for each. It ends
 * with the process that started it, in the middle of its calls: nobody would read what they give.
 */
import { createInterface } from 'node:readline';
import { loadConfig } from '../config/load-config.ts';
import { type JudgingResult, JudgingTask } from '../contracts/dataset.ts';
import { openModel } from './models/model-endpoint.ts';
import { messageOf } from '../lib/errors.ts';
import { endWithParent } from '../lib/tied-child.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerJudgeMessages, judgementSchema, parseJudgement } from '../agents/answer-judge.ts';
import type { ChatReply, ChatRequest } from '../contracts/chat.ts';
import { type ChatModel, ModelFailure } from '../models/chat-model.ts';

// Has a model grade one answer against its ground truth; what goes wrong is a value.

const attempts = 4;
/** Doubled after each failure, unless the provider says how long. */
const firstPauseMs = 1000;

async function judgeAnswer(model: ChatModel, task: JudgingTask): Promise<JudgingResult> {
  const { id, judge } = task;
  try {
    const reply = await askPatiently(model, requestOf(task));
    const judgement = parseJudgement(reply, task);
    const { usage, model: answered } = reply;
    if (judgement.kind === 'failed')
      return { id, judge, correct: null, said: judgement.problem, usage, model: answered };
    return { id, judge, correct: judgement.correct, said: judgement.reason, usage, model: answered };
  } catch (error) {
    if (!(error instanceof ModelFailure)) throw error;
    return { id, judge, correct: null, said: `${error.kind}: ${error.message}`, usage: error.usage, model: null };
  }
}

function requestOf(task: JudgingTask): ChatRequest {
  return {
    role: 'judge',
    model: task.judge,
    messages: answerJudgeMessages(task),
    tools: [],
    toolChoice: 'none',
    responseFormat: judgementSchema,
    maxOutputTokens: 600,
    temperature: 0,
    topLogprobs: 0,
  };
}

async function askPatiently(model: ChatModel, request: ChatRequest): Promise<ChatReply> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await model.chat(request, { signal: new AbortController().signal, callId: `judge-${attempt}` });
    } catch (error) {
      if (!(error instanceof ModelFailure) || !error.retry || attempt === attempts) throw error;
      await sleep(error.retryAfterMs ?? firstPauseMs * 2 ** (attempt - 1));
    }
  }
}

const atOnce = 4;

endWithParent();
try {
  await using endpoint = await openModel(loadConfig(process.env));
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  // Each takes the next line when it is free.
  const judgeOn = async () => {
    for (let next = await lines.next(); next.done !== true; next = await lines.next()) {
      const result = await judgeAnswer(endpoint.model, JudgingTask.parse(JSON.parse(next.value)));
      process.stdout.write(`${JSON.stringify(result)}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, judgeOn));
} catch (error) {
  process.stderr.write(`judge: ${messageOf(error)}\n`);
  process.exitCode = 1;
}
