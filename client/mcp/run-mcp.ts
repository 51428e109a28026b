/** Runs the MCP server of this process until its client is gone. */
import { readSettings } from '../../application/read-settings.ts';
import { shippedPipelines } from '../../application/pipelines/shipped-pipelines.ts';
import type { Config } from '../../config/config.ts';
import { giveBackWhenIdle } from '../../lib/idle-memory.ts';
import { serveMcpOverStdio } from '../../mcp/stdio.ts';
import { exitCodes } from '../exit-codes.ts';
import { listenForInterrupt } from '../terminal/interrupt.ts';
import { note } from '../terminal/output.ts';

export type McpCommandOptions = { repo: string; only?: string[]; pipeline: string; waitSeconds: number };

/** @throws UsageError for an option that is wrong, before anything is served */
export async function runMcp({ repo, only, pipeline, waitSeconds }: McpCommandOptions): Promise<number> {
  const settings = readSettings();
  await expectPipeline(pipeline, settings);
  using interrupt = listenForInterrupt();
  using _memory = giveBackWhenIdle();
  const allowed = { allowedRepositories: only ?? 'any', repository: repo } as const;
  const options = { settings, log: note, ...allowed, pipeline, times: { wait: waitSeconds } };
  await serveMcpOverStdio(options, interrupt.signal);
  return exitCodes.worked;
}

/** A mistake in a file is told now, not with the first question; what ships needs no look, which would take time. */
async function expectPipeline(pipeline: string, { toolModules }: Config): Promise<void> {
  if ((await shippedPipelines()).includes(pipeline)) return;
  const { loadPipeline } = await import('../../application/pipelines/pipeline-files.ts');
  await loadPipeline(pipeline, toolModules);
}
