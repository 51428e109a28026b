/**
 * Removes the content that runs alone have needed, by the rules of the sweep (client/storage/sweep-data-directory.ts): what
 * other runs need is read in their histories, and what an open run may just have stored and not told the server yet stays.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { createCipher } from '../../codecs/cipher.ts';
import type { Config } from '../../config/config.ts';
import { dataPaths } from '../../config/data-paths.ts';
import { workflowTypes } from '../../contracts/names.ts';
import { fetchClearHistory } from '../../observability/clear-history.ts';
import { unlessGone } from '../../observability/unless-gone.ts';
import { addReachable, mentionedIn, storedContent, sweepContent } from '../../retrieval/store/content-sweep.ts';
import { ownServerName, serverName, serversSince } from '../../runtime/temporal/known-servers.ts';
import type { Session } from '../session/session.ts';
import { findNeededRuns, noteTexts, type RunOfServer } from '../storage/needed-runs.ts';
import { dayMs, graceMs, longestRunMs } from '../storage/retention-limits.ts';
import type { SharedContent } from './shared-content.ts';

export type Removal = {
  session: Session;
  settings: Config;
  /** Null: there is none. */
  shared: SharedContent | null;
  signal: AbortSignal;
  onProgress: (text: string) => void;
};

/** @returns how many pieces are gone, and what stays and why */
export async function removeContentOf(
  runs: readonly RunOfServer[],
  removal: Removal,
): Promise<{ count: number; kept: string[] }> {
  const { settings, shared, signal } = removal;
  const paths = dataPaths(settings.dataDirectory, settings.indexDirectory);
  const others = [...otherServers(removal), ...((await shared?.otherServers()) ?? [])];
  if (others.length > 0)
    return { count: 0, kept: [`content: runs of ${[...new Set(others)].join(', ')} may need it, and cannot be asked`] };
  const alone = await neededByThemAlone(runs, removal);
  if (alone.size === 0) return { count: 0, kept: [] };
  const ageMs = (await othersAreOpen(removal, runs)) ? graceMs : 0;
  const { count } = await sweepContent({
    directory: paths.content,
    isNeeded: (id) => !alone.has(id),
    // What was stored in this very millisecond is of the past, too.
    olderThanMs: Date.now() + 1 - ageMs,
    dryRun: false,
    pause: () => pause(signal),
  });
  const inShared = (await shared?.remove([...alone], ageMs)) ?? 0;
  const stored = storedContent(paths.content);
  await shared?.addIds(stored);
  const young = [...alone].filter((id) => stored.has(id)).length;
  const kept =
    young === 0
      ? []
      : [
          `${young} pieces of content younger than an hour, which a run that is open now may need: gc removes them later`,
        ];
  return { count: count + inShared, kept };
}

async function pause(signal: AbortSignal): Promise<void> {
  await breathe();
  signal.throwIfAborted();
}

/** Servers whose runs may need what the data directory holds, and that nobody can ask here. */
function otherServers({ session: { address, namespace }, settings }: Removal): string[] {
  const sinceMs = Date.now() - settings.retentionDays * dayMs - longestRunMs;
  const known = [serverName(address, namespace), ...(settings.temporal.external ? [] : [ownServerName])];
  return serversSince(dataPaths(settings.dataDirectory), sinceMs).filter((name) => !known.includes(name));
}

async function neededByThemAlone(runs: readonly RunOfServer[], removal: Removal): Promise<Set<string>> {
  const { session, settings, shared, signal, onProgress } = removal;
  const { content } = dataPaths(settings.dataDirectory);
  const universe = storedContent(content);
  await shared?.addIds(universe);
  const textsElsewhere = shared === null ? {} : { textsElsewhere: shared.textsOf };
  const reading = { cipher: createCipher(settings.encryption.keys), ...textsElsewhere };
  const reach = (ids: Set<string>) => addReachable(content, ids, universe, () => pause(signal), reading);
  const theirs = new Set<string>();
  for (const run of runs)
    noteTexts(await unlessGone(fetchClearHistory(session.client, run)), (text) => {
      for (const id of mentionedIn(text)) if (universe.has(id)) theirs.add(id);
    });
  await reach(theirs);
  if (theirs.size === 0) return theirs;
  onProgress('reading what other runs need');
  const { mentioned } = await findNeededRuns({
    client: session.client,
    closedSinceMs: Date.now() - settings.retentionDays * dayMs,
    taskQueue: settings.temporal.external ? settings.taskQueue : null,
    universe,
    without: new Set(runs.map(({ runId }) => runId)),
    signal,
    onProgress: () => {},
  });
  await reach(mentioned);
  return new Set([...theirs].filter((id) => !mentioned.has(id)));
}

/** Runs that store content, but these. */
async function othersAreOpen(
  { session: { client }, settings, shared }: Removal,
  runs: readonly RunOfServer[],
): Promise<boolean> {
  const types = Object.values(workflowTypes).map((type) => `'${type}'`);
  const query = `ExecutionStatus = 'Running' AND WorkflowType IN (${types.join(', ')})`;
  // Workers of another queue have another data directory.
  const isOneQueue = settings.temporal.external && shared === null;
  const queue = isOneQueue ? ` AND TaskQueue = '${settings.taskQueue.replaceAll("'", "''")}'` : '';
  const own = new Set(runs.map(({ runId }) => runId));
  for await (const { runId } of client.workflow.list({ query: query + queue, pageSize: 50 }))
    if (!own.has(runId)) return true;
  return false;
}
