/** One scene for all tests of a file, where none changes what another reads. Each test says what the model plays in it. */
import { after, before } from 'node:test';
import { openScene, type Scene, type SceneOptions } from './scene.ts';
import type { RecordedRequest, ScriptedServer } from './scripted-server/scripted-server.ts';
import { changingTeam, startTeam, type Team } from './team.ts';

export type SceneOfFile = {
  /** Open while the tests of the file run. */
  readonly scene: Scene;
  readonly model: ScriptedServer;
  /** From now on the model plays these parts, and its usual ones for the rest. */
  play(parts?: Partial<Team>): void;
  /** What the model was asked since `play`. */
  readonly asked: readonly RecordedRequest[];
};

/** To be called once, outside of the tests. */
export function sceneOfFile(options: Omit<SceneOptions, 'modelUrl'> = {}): SceneOfFile {
  const team = changingTeam();
  let opened: { scene: Scene; model: ScriptedServer } | null = null;
  const there = () => {
    if (opened === null) throw new Error('the scene of a file is open in its tests alone');
    return opened;
  };
  let played = 0;
  before(async () => {
    const model = await startTeam(team.parts);
    opened = { model, scene: await openScene({ modelUrl: model.url, ...options }) };
  });
  after(async () => {
    await opened?.scene[Symbol.asyncDispose]();
    await opened?.model[Symbol.asyncDispose]();
  });
  return {
    get scene() {
      return there().scene;
    },
    get model() {
      return there().model;
    },
    play(parts = {}) {
      played = there().model.requests.length;
      team.play(parts);
    },
    get asked() {
      return there().model.requests.slice(played);
    },
  };
}
