/** Has a follow-up rewritten into a question that stands by itself, where code sees the need. */
import { needOfContext } from '../../agents/follow-up.ts';
import { parseRewrite, rewriteRequest } from '../../agents/rewriter.ts';
import type { DoesNotFit, Payment } from '../../contracts/agent-calls.ts';
import type { RewriteCall, RewriteResult } from '../../contracts/threads/calls.ts';
import type { ActivityResult } from '../../contracts/trace.ts';
import type { ActivityDependencies } from '../dependencies.ts';
import { askModel, runModelActivity } from './ask-model.ts';

export const rewriteQuestion =
  (deps: ActivityDependencies) =>
  (call: RewriteCall, payment: Payment): Promise<ActivityResult<RewriteResult | DoesNotFit>> =>
    runModelActivity<RewriteResult>({ name: 'rewrite-llm', type: 'generation', payment }, async (context) => {
      const need = needOfContext(call.question);
      if (need === null) return { result: { kind: 'not-needed', asked: false }, usage: null, span: null };
      const { reply } = await askModel(deps, context, { request: rewriteRequest(call) }, payment);
      const span = { model: reply.model, usage: reply.usage };
      const parsed = parseRewrite(reply, call);
      const { usage } = reply;
      if ('question' in parsed) return { result: { kind: 'rewritten', ...parsed, need }, usage, span };
      const warned = { ...span, level: 'WARNING', message: parsed.problem.slice(0, 300) } as const;
      const told = reply.text.slice(0, 1000).toWellFormed();
      return { result: { kind: 'unusable', reply: told, problem: warned.message }, usage, span: warned };
    });
