/** Serves profiles over real HTTP, told apart by the model that is asked for, with the offline model behind them. */
import type { ScriptedReply } from '../support/scripted-server/scripted-server-reply.ts';
import {
  type RecordedRequest,
  type ScriptedServer,
  startScriptedServer,
} from '../support/scripted-server/scripted-server.ts';
import { forwardTo } from '../support/scripted-server/scripted-server-upstream.ts';
import { chunks, events } from './event-streams.ts';
import type { Asked, Completion, Message, Profile } from './profile.ts';

export type ProfileServer = AsyncDisposable & {
  /** What a user would set as base URL. */
  url: string;
  requests: readonly RecordedRequest[];
  /** What was refused, and by which rule. */
  refused: readonly { model: string; seen: string }[];
  /** Adds replies that come next, whatever is asked. */
  play: ScriptedServer['play'];
};

/** A base URL for many profiles, with the model in it, as Azure takes it too. */
const anyBase = '/openai/deployments/{model}?api-version=2024-06-01';

/** @param base path and query of the base URL */
export async function startProfiles(
  profiles: readonly Profile[],
  offlineUrl: string,
  base = anyBase,
): Promise<ProfileServer> {
  const refused: { model: string; seen: string }[] = [];
  const byModel = new Map(profiles.map((profile) => [profile.model, profile]));
  const server = await startScriptedServer({
    reply: async (request) => {
      const profile = byModel.get(String(request.body.model));
      if (profile === undefined) return { status: 404, body: { error: { message: 'no such model' } } };
      const asked = { ...request, messages: request.body.messages as Message[] };
      for (const { seen, refuses } of profile.rules) {
        const reply = refuses(asked);
        if (reply === null) continue;
        refused.push({ model: profile.model, seen });
        return reply;
      }
      return answer(profile, asked, offlineUrl);
    },
  });
  return {
    url: `${new URL(server.url).origin}${base}`,
    requests: server.requests,
    refused,
    play: server.play,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

async function answer(profile: Profile, asked: Asked & RecordedRequest, offlineUrl: string): Promise<ScriptedReply> {
  const request = { ...asked, path: '/v1/chat/completions' };
  const { body: raw, status } = await forwardTo({ baseUrl: offlineUrl }, request, new AbortController().signal);
  if (status !== 200) return { status: status ?? 500, body: raw };
  const named = { ...(raw as Completion), model: profile.model };
  const completion = profile.answers?.(named, asked) ?? named;
  if (asked.body.stream !== true) return { body: profile.body?.(completion) ?? completion };
  const text = profile.streams?.(completion, asked) ?? events(chunks(completion, asked));
  return { headers: { 'content-type': 'text/event-stream' }, body: text };
}
