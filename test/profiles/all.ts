/** Every endpoint that has a profile, in the order of the table. */
import { groq, liteLlm, openRouter } from './hosts.ts';
import { llamaCpp, ollama, vllm } from './local.ts';
import { anthropic, deepSeek, gemini, mistral } from './makers.ts';
import { azure, openAiChat, openAiReasoning } from './openai.ts';
import type { Profile } from './profile.ts';

/** Takes everything and says it in OpenAI's form: what the others are measured against. */
export const plain = (): Profile => ({ name: 'plain', model: 'plain-model', rules: [], seen: [] });

export const profiles: readonly (() => Profile)[] = [
  openAiChat,
  openAiReasoning,
  azure,
  gemini,
  anthropic,
  deepSeek,
  mistral,
  groq,
  openRouter,
  vllm,
  ollama,
  llamaCpp,
  liteLlm,
];
