/**
 * One scene and one model's server for the tests of a file: a worker, its connections and the first question of a data
 * directory take as long as a further question.
 */
import { after, before } from 'node:test';
import { closeServer, type IdleServers } from './scripted-server/scripted-server.ts';

/** What is between two tests. */
export type SharedInFile = {
  servers: IdleServers;
  /** By the address of their model. */
  scenes: Map<string, { close: () => Promise<void> }>;
};

let shared: SharedInFile | null = null;

/** Null in a file that shares nothing. */
export const sharedInFile = (): SharedInFile | null => shared;

/**
 * For a file whose tests ask other questions or play other teams and change nothing else: a scene without options of its
 * own is taken over by the next test, as a worker takes one question after another. Each test still replays its workflows.
 */
export function shareScenes(): void {
  before(() => {
    shared = { servers: [], scenes: new Map() };
  });
  after(async () => {
    const { servers, scenes } = shared ?? { servers: [], scenes: new Map() };
    shared = null;
    for (const { close } of scenes.values()) await close();
    for (const server of servers) await closeServer(server);
  });
}
