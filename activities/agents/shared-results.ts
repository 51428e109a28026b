/**
 * What the tools of a turn gave, among benchmarks: it goes with the turn that asked for it, since tools that run again may
 * give other bytes, and those would be another request. Only where the worker's tools are the same, and none of one's own
 * took part, of which nobody knows that.
 */
import { z } from 'zod';
import type { Payment, SpecialistCall } from '../../contracts/agent-calls.ts';
import { ToolResult } from '../../contracts/tools.ts';
import type { SpanRecord } from '../../contracts/trace.ts';
import { digest, type EntryKind } from '../../models/journal-entry.ts';
import type { SharedPlace } from '../../models/shared-replies.ts';
import type { ActivityDependencies } from '../dependencies.ts';

/** In the order of the requests, each with its text: the content store may have lost it. */
const Results = z.array(z.object({ result: ToolResult, text: z.string() }));
const kind: EntryKind<z.infer<typeof Results>> = { name: 'tools', schema: Results };

type Deps = Pick<ActivityDependencies, 'content' | 'ownTools' | 'sharedReplies' | 'toolsVersion'>;
type Turn = Pick<Extract<SpecialistCall, { kind: 'tools' }>, 'requests' | 'turn'> & { payment: Payment };
type Reused = { value: ToolResult; span: Partial<SpanRecord> };

export type SharedResults = {
  /** Null: it has to be run. */
  result(at: number): Promise<Reused | null>;
  keep(results: readonly ToolResult[]): Promise<void>;
};

const none: SharedResults = { result: async () => null, keep: async () => {} };

/** Of one turn. */
export async function sharedResults(deps: Deps, { turn, requests, payment }: Turn): Promise<SharedResults> {
  const { sharing, scope } = payment;
  if (sharing === undefined || requests.some(({ tool }) => Object.hasOwn(deps.ownTools, tool))) return none;
  const place: SharedPlace = { hash: digest({ turn, requests, tools: deps.toolsVersion }), scope, sharing };
  const found = await deps.sharedReplies.findOther(kind, place);
  return {
    async result(at) {
      const kept = found?.value[at];
      if (found === null || kept === undefined) return null;
      const { benchmark, at: when } = found;
      const content = await deps.content.put(kept.text);
      if (content !== kept.result.content) return null;
      return { value: kept.result, span: { output: content, reused: { benchmark, at: when } } };
    },
    async keep(results) {
      if (found !== null) return;
      const read = async (result: ToolResult) => ({ result, text: await deps.content.get(result.content) });
      await deps.sharedReplies.keepOther(kind, place, await Promise.all(results.map(read)));
    },
  };
}
