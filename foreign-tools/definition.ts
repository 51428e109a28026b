/** What a foreign server says of one of its tools: bounded for a model, and named by a hash, so that a change is noticed. */
import { createHash } from 'node:crypto';
import type { Tool } from '@modelcontextprotocol/client';
import { listBounds } from './bounds.ts';
import { ForeignProblem } from './failures.ts';

export type ForeignDescription = {
  /** As its server names it. */
  tool: string;
  /** SHA-256 (hex) over all that the server says of the tool, whatever the order of its fields. */
  hash: string;
  /** For the model that chooses. */
  description: string;
  /** A JSON Schema. */
  parameters: Record<string, unknown>;
  /** The server's own hints: true only where it says so. */
  readOnly: boolean;
  idempotent: boolean;
};

/** @throws ForeignProblem as `ForeignToolUnfit` for parameters that no model could be offered */
export function describeTool(name: string, { _meta: _, ...definition }: Tool): ForeignDescription {
  const { inputSchema, description = '', annotations = {} } = definition;
  const { $schema: __, ...parameters }: Record<string, unknown> = inputSchema;
  const characters = JSON.stringify(inputSchema).length;
  if (characters > listBounds.schemaCharacters)
    throw new ForeignProblem(
      'ForeignToolUnfit',
      `the parameters of ${name} are ${characters} characters of JSON Schema, ${listBounds.schemaCharacters} are the most`,
    );
  const told = description.replace(/\s+/g, ' ').trim().slice(0, listBounds.descriptionCharacters).toWellFormed();
  return {
    tool: definition.name,
    hash: createHash('sha256').update(canonical(definition)).digest('hex'),
    description: `[${name}, of a foreign server] ${told}`,
    parameters,
    readOnly: annotations.readOnlyHint === true && annotations.destructiveHint !== true,
    idempotent: annotations.idempotentHint === true,
  };
}

/** JSON with the keys of every object in order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  const sorted = fields.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
}
