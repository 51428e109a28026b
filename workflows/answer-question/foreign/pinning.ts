/** The tools of foreign servers that a run may use: pinned once, as their servers describe them at its beginning. */
import type { SpecialistCall } from '../../../contracts/agent-calls.ts';
import type { ForeignTool, MissingForeignTool } from '../../../contracts/foreign/calls.ts';
import { foreignToolCalled, foreignToolsOf, isForeign } from '../../../contracts/foreign/names.ts';
import type { SpecialistSpec } from '../../../contracts/pipeline.ts';
import { summaryText } from '../../../lib/printable.ts';
import { tryTool } from '../calls.ts';
import type { Run } from '../state.ts';

/** A server that cannot be reached ends no run: its tools are not offered, and the specialists are told so. */
export async function pinForeignTools(run: Run): Promise<void> {
  const { specialists, foreignTools: said = {} } = run.input.pipeline;
  const names = foreignToolsOf(specialists);
  const summary = summaryText(`pin the foreign tools ${names.join(', ')}`);
  const asked = await tryTool(run, 'openForeignTools', { tools: names, said }, summary);
  const pinned = asked.result ?? { tools: [], missing: names.map((name) => unreachable(name, asked.why)) };
  run.foreign = pinned;
  const known = pinned.tools.map(({ name, hash, effects }) => ({ name, hash, effects }));
  run.state.foreign_tools = [...known, ...pinned.missing];
}

function unreachable(name: string, why: string): MissingForeignTool {
  return { name, failure: 'ForeignServerUnavailable', why: why.slice(0, 300) };
}

/** Part of the opening of a specialist's conversation; empty where it has no foreign tools. */
export function foreignFor({ foreign }: Run, { tools }: SpecialistSpec): Pick<Opening, 'foreign'> {
  if (!tools.some(isForeign)) return {};
  const ofIts = <Each extends { name: string }>(all: readonly Each[]) => all.filter(({ name }) => tools.includes(name));
  return { foreign: { tools: ofIts(foreign.tools), missing: ofIts(foreign.missing) } };
}

type Opening = Extract<SpecialistCall, { kind: 'opening' }>;

/** The foreign tool that a specialist has called by this name; null where it was offered none of that name. */
export function pinnedTool(
  { foreign }: Run,
  { tools }: { tools: readonly string[] },
  called: string,
): ForeignTool | null {
  const name = foreignToolCalled(tools, called);
  return foreign.tools.find((tool) => tool.name === name) ?? null;
}

/** Part of the check of citations: which foreign tools have answered so far, so that a citation of one is known as such. */
export function foreignAnswered({ state }: Run): { foreignAnswered?: string[] } {
  const answered = state.tools_called.filter(({ foreign, status }) => foreign?.end === 'answered' && status === 'ok');
  return answered.length === 0 ? {} : { foreignAnswered: [...new Set(answered.map(({ tool }) => tool))] };
}
