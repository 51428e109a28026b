/** Registers one tool: its errors become results, its work hears of the call and tells its progress. */
import type { CallToolResult, InputRequiredResult, McpServer, ToolAnnotations } from '@modelcontextprotocol/server';
import type { z } from 'zod';
import { type Call, callOf } from '../calls/call.ts';
import { type Tell, withProgress } from '../calls/progress.ts';
import { toolError } from '../calls/tool-error.ts';
import type { Surface } from '../surface.ts';

export type ToolEnd = CallToolResult | InputRequiredResult;

type Definition<Input, Output> = {
  name: string;
  title: string;
  description: string;
  inputSchema: Input;
  outputSchema: Output;
  annotations: ToolAnnotations;
};

/** What changes nothing; models and repositories are what it reads. */
export const readOnly: ToolAnnotations = { readOnlyHint: true, openWorldHint: false };

/** @param work gets arguments that fit the schema */
export function addTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  server: McpServer,
  surface: Surface,
  { name, ...config }: Definition<Input, Output>,
  work: (given: z.output<Input>, call: Call, tell: Tell) => Promise<ToolEnd>,
): void {
  // The SDK's own types do not follow a schema that is a parameter.
  const run = async (given: unknown, ctx: Parameters<typeof callOf>[1]): Promise<ToolEnd> => {
    const call = callOf(server, ctx, surface.times.wait);
    try {
      return await withProgress(call, surface.times.progress, (tell) => work(given as z.output<Input>, call, tell));
    } catch (error) {
      return toolError(error, surface.log);
    }
  };
  server.registerTool<z.ZodObject, z.ZodObject>(name, config, run);
}
