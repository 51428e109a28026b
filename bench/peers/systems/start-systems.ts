/** Starts what is asked for; a system that cannot be had on this machine is named and left out. */
import { join } from 'node:path';
import { messageOf } from '../../../lib/errors.ts';
import { startApp } from './app.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import { startRestate } from './restate.ts';
import { Switchyard } from './switchyard.ts';
import type { System, SystemName } from './system.ts';
import type { World } from './world.ts';

export type LeftOut = { system: SystemName; reason: string };
export type Systems = {
  running: System[];
  leftOut: LeftOut[];
  /** The one that is measured; null where it was not asked for. */
  switchyard: Switchyard | null;
  /** Every one that runs, to be closed. */
  switchyards: Switchyard[];
};

const warmUps = 8;

/** Each has answered some questions when this returns. @param say is told of each */
export async function startSystems(
  world: World,
  wanted: readonly SystemName[],
  say: (text: string) => void,
  questions: number = warmUps,
): Promise<Systems> {
  const starter = new Starter(world);
  const [running, leftOut]: [System[], LeftOut[]] = [[], []];
  for (const name of wanted) {
    const began = performance.now();
    try {
      const system = await starter.start(name);
      for (let at = 1; at <= questions; at += 1) await system.ask(`warm-${name}-${at}`);
      running.push(system);
      say(`${name}: up after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    } catch (error) {
      leftOut.push({ system: name, reason: messageOf(error).split('\n')[0]?.slice(0, 300) ?? '' });
      say(`${name} is left out: ${messageOf(error)}`);
    }
  }
  return { running, leftOut, switchyard: await starter.switchyardIfStarted(), switchyards: starter.switchyards };
}

class Starter {
  readonly #world: World;
  readonly switchyards: Switchyard[] = [];
  #switchyard: Promise<Switchyard> | null = null;
  #postgres: Promise<Postgres> | null = null;

  constructor(world: World) {
    this.#world = world;
  }

  start(name: SystemName): Promise<System> {
    switch (name) {
      case 'floor':
        return this.#app({ name, file: 'floor.ts', afterKill: null });
      case 'switchyard':
        return this.#sharedSwitchyard();
      case 'beside':
        return this.#besideSwitchyard();
      case 'temporal':
        return this.#onTemporal(name, 'temporal/plain.ts');
      case 'fused':
        return this.#onTemporal(name, 'temporal/fused.ts');
      case 'langgraph':
        return this.#onPostgres(name, 'langgraph', 'person');
      case 'dbos':
        return this.#onPostgres(name, 'dbos', 'asked again');
      case 'restate':
        return startRestate(this.#world.programs, join(this.#world.folder, 'restate'), this.#env());
      case 'mastra-libsql':
        return this.#mastraOnFile();
      case 'mastra-pg':
        return this.#onPostgres(name, 'mastra', 'person', { MASTRA_STORE: 'pg' });
      default:
        return name satisfies never;
    }
  }

  async switchyardIfStarted(): Promise<Switchyard | null> {
    return (await this.#switchyard?.catch(() => null)) ?? null;
  }

  #env(): Record<string, string> {
    return { OPENAI_BASE_URL: this.#world.model.url, BENCH_REPOSITORY: this.#world.repository };
  }

  #app(options: Omit<Parameters<typeof startApp>[1], 'env'>, env: Record<string, string> = {}): Promise<System> {
    return startApp(this.#world.programs, { ...options, env: { ...this.#env(), ...env } });
  }

  /** Its server is the one that the peers on Temporal use. */
  #sharedSwitchyard(): Promise<Switchyard> {
    this.#switchyard ??= this.#startSwitchyard('switchyard', this.#world.checkout);
    return this.#switchyard;
  }

  async #besideSwitchyard(): Promise<System> {
    if (this.#world.beside === null) throw new Error('--beside names no checkout');
    return this.#startSwitchyard('beside', this.#world.beside);
  }

  async #startSwitchyard(name: 'switchyard' | 'beside', checkout: string): Promise<Switchyard> {
    const { programs, model, folder, repository, temporalExecutable, settings } = this.#world;
    const dataDirectory = join(folder, `home-${name}`);
    const options = { name, checkout, dataDirectory, modelUrl: model.url, repository, temporalExecutable, settings };
    const started = await Switchyard.start(programs, options);
    this.switchyards.push(started);
    return started;
  }

  async #onTemporal(name: 'temporal' | 'fused', file: string): Promise<System> {
    const switchyard = await this.#sharedSwitchyard();
    const env = { TEMPORAL_AT: switchyard.session.address };
    const server = () => switchyard.pids().server ?? [];
    // Without heartbeats a call that is lost is noticed at its time-out of a minute: nothing to compare with.
    return this.#app({ name, file, server, afterKill: null }, env);
  }

  async #onPostgres(
    name: 'langgraph' | 'dbos' | 'mastra-pg',
    database: 'langgraph' | 'dbos' | 'mastra',
    afterKill: 'asked again' | 'person',
    env: Record<string, string> = {},
  ): Promise<System> {
    this.#postgres ??= startPostgres(this.#world.programs, ['langgraph', 'dbos', 'mastra']);
    const postgres = await this.#postgres;
    const file = `foreign/${database}.ts`;
    const disk = () => postgres.disk(database);
    return this.#app({ name, file, server: () => postgres.pids(), disk, afterKill }, { PG_URL: postgres.url, ...env });
  }

  #mastraOnFile(): Promise<System> {
    const env = { MASTRA_STORE: 'libsql', MASTRA_FILE: join(this.#world.folder, 'mastra.db') };
    return this.#app({ name: 'mastra-libsql', file: 'foreign/mastra.ts', afterKill: 'person' }, env);
  }
}
