/** The forms in which open models write tool calls as text, for servers that have no parser for them. */
import { type CallText, readable, Unreadable, type Values } from './call-text.ts';

export type WrittenCall = { name: string; given: Values | string };

/**
 * `begins` finds the first marker; `read` reads all calls from there and stops behind the last. A form without a marker is
 * the whole text or nothing.
 */
type Form = { begins: RegExp | null; read(text: CallText): WrittenCall[] };

const mostCalls = 32;

/** Calls as JSON or Python, alone or in a list, between two markers. */
const listMarkers: readonly [open: string, close: string][] = [
  // Llama 3.1 (meta-llama/llama-models, models/llama3_1/prompt_format.md).
  ['<|python_tag|>', '<|eom_id|>'],
  // Gemma (ai.google.dev/gemma/docs/capabilities/function-calling): Python in a fence of its own.
  ['```tool_code', '```'],
  // Cohere Command (docs.cohere.com, Tool use).
  ['<|START_ACTION|>', '<|END_ACTION|>'],
  // Granite 3 and Phi-4-mini (vllm/tool_parsers/granite_tool_parser.py; microsoft/Phi-4-mini-instruct, model card).
  ['<|tool_call|>', '<|/tool_call|>'],
  // Granite 20B function calling (vllm/tool_parsers/granite_20b_fc_tool_parser.py).
  ['<function_call>', '</function_call>'],
  // Nemotron (nvidia/Llama-3_1-Nemotron-Ultra-253B-v1, chat template).
  ['<TOOLCALL>', '</TOOLCALL>'],
  // Hunyuan (vllm/tool_parsers/hunyuan_a13b_tool_parser.py).
  ['<tool_calls>', '</tool_calls>'],
  // LFM2 (LiquidAI/LFM2-1.2B, model card): Python.
  ['<|tool_call_start|>', '<|tool_call_end|>'],
  // InternLM (vllm/tool_parsers/internlm2_tool_parser.py).
  ['<|action_start|><|plugin|>', '<|action_end|>'],
];
const listBegins = new RegExp(listMarkers.map(([open]) => open.replaceAll('|', '\\|')).join('|'));

/** Each form with where it is described. */
export const forms: Readonly<Record<string, Form>> = {
  // NousResearch/Hermes-Function-Calling (README), Qwen2.5 and Qwen3 (qwen.readthedocs.io, Function Calling): JSON inside.
  // Qwen3-Coder (vllm/tool_parsers/qwen3coder_tool_parser.py): `<function=…>` inside; Llama 3.1 writes that one alone, with
  // JSON (meta-llama/llama-models, prompt_format.md). GLM-4.5 (zai-org/GLM-4.5, chat_template.jinja): the name, `<arg_key>`.
  // Seed-OSS (vllm/tool_parsers/seed_oss_tool_parser.py).
  'tool_call tags': {
    begins: /<(?:seed:)?tool_call>|<function=/,
    read: (text) => many(text, taggedCall),
  },
  // Mistral (docs.mistral.ai; mistral-common, tokens/tokenizers/instruct.py): a list, or since v11 `name[ARGS]{…}` each.
  '[TOOL_CALLS]': {
    begins: /\[TOOL_CALLS\]/,
    read: (text) => many(text, mistralCalls),
  },
  // moonshotai/Kimi-K2, docs/tool_call_guidance.md.
  'Kimi sections': {
    begins: /<\|tool_calls_section_begin\|>/,
    read: (text) => (text.has('<|tool_calls_section_begin|>') ? many(text, kimiCall) : []),
  },
  // deepseek-ai/DeepSeek-V3 and V3.1 (model cards, chat templates): `function`, the name and fenced JSON; since V3.1 name, JSON.
  // Step-3 (vllm/tool_parsers/step3_tool_parser.py): `function` and an invoke tag.
  'DeepSeek sections': {
    begins: /<[｜|]tool[▁_]calls[▁_]begin[｜|]>/,
    read: (text) => (text.take(/<[｜|]tool[▁_]calls[▁_]begin[｜|]>/y) === null ? [] : many(text, deepSeekCall)),
  },
  // microsoft/Phi-4-mini-instruct (model card); vllm/tool_parsers/phi4mini_tool_parser.py.
  functools: {
    begins: /\bfunctools\[/,
    read: (text) => (text.has('functools') ? text.objects().map(callOf) : []),
  },
  // Harmony, as `splitChannels` leaves it (cookbook.openai.com/articles/openai-harmony).
  'harmony commentary': {
    begins: /<\|channel\|>commentary to=/,
    read: (text) => many(text, harmonyCall),
  },
  // MiniMax-M2 (docs/tool_calling_guide.md), DeepSeek-V3.2 (encoding/README.md: with a marker before each tag).
  invoke: {
    begins: /<(?:｜DSML｜|antml:|steptml:)?(?:function_calls|invoke name=)|<minimax:tool_call>/,
    read: (text) => {
      text.take(/<(?:｜DSML｜|antml:|steptml:)?function_calls>|<minimax:tool_call>/y);
      const calls = many(text, invokeCall);
      text.take(/<\/(?:｜DSML｜|antml:|steptml:)?function_calls>|<\/minimax:tool_call>/y);
      return calls;
    },
  },
  'lists in markers': {
    begins: listBegins,
    read: (text) => many(text, markedList),
  },
  // Gemma 4 (chat template; vllm/tool_parsers/gemma4_tool_parser.py): `call:name{key:<|"|>text<|"|>}`.
  'quote tokens': {
    begins: /<\|tool_call>/,
    read: (text) => many(text, quotedCall),
  },
  // Llama 3 (prompt_format.md): `{"name": …, "parameters": …}` and nothing else; Llama 3.2 and 4: `[name(a=1)]`.
  'JSON or Python alone': {
    begins: null,
    read: objectsOrPython,
  },
};

/** Calls until there is none, or one that is cut: those before it stand. */
function many(text: CallText, read: (text: CallText) => WrittenCall[] | null): WrittenCall[] {
  const calls: WrittenCall[] = [];
  while (calls.length < mostCalls) {
    const before = text.at;
    const more = readable(() => read(text));
    if (more === null || more.length === 0) {
      text.at = before;
      break;
    }
    calls.push(...more);
  }
  return calls;
}

function callOf(object: Values): WrittenCall {
  const inner = typeof object.function === 'object' && object.function !== null ? (object.function as Values) : object;
  const name = inner.name ?? inner.tool_name ?? inner.function;
  const given = inner.arguments ?? inner.parameters ?? inner.args;
  const readableGiven =
    typeof given === 'string' || (typeof given === 'object' && given !== null && !Array.isArray(given));
  if (typeof name !== 'string' || !readableGiven) throw new Unreadable();
  return { name, given: given as Values | string };
}

function taggedCall(text: CallText): WrittenCall[] | null {
  const tagged = text.take(/<(?:seed:)?tool_call>/y) !== null;
  const call = text.take(/<function=([^>\n]{1,200})>/y);
  const calls: WrittenCall[] = [];
  if (call !== null) calls.push(functionCall(text, call[1]?.trim() ?? ''));
  else if (!tagged) return null;
  else if (text.text[text.at] === '{' || text.text[text.at] === '[') calls.push(...text.objects().map(callOf));
  else calls.push(namedCall(text));
  if (tagged) text.take(/<\/(?:seed:)?tool_call>/y);
  return calls;
}

const parameterEnd = /\n?<\/parameter>|\n?(?=<parameter=|<\/function>|<\/tool_call>)/g;

function functionCall(text: CallText, name: string): WrittenCall {
  text.space();
  if (text.text[text.at] === '{') {
    const given = text.object();
    text.has('</function>');
    return { name, given };
  }
  const given: Values = {};
  for (;;) {
    const parameter = text.take(/<parameter=([^>\n]{1,200})>\n?/y);
    if (parameter === null) break;
    [given[parameter[1]?.trim() ?? '']] = text.until(parameterEnd);
  }
  if (!text.has('</function>')) throw new Unreadable();
  return { name, given };
}

function namedCall(text: CallText): WrittenCall {
  const name = text.take(/[\w.:/-]{1,200}/y)?.[0];
  if (name === undefined) throw new Unreadable();
  const given: Values = {};
  while (text.has('<arg_key>')) {
    const [key] = text.until(/<\/arg_key>/g);
    if (!text.has('<arg_value>')) throw new Unreadable();
    [given[key.trim()]] = text.until(/<\/arg_value>/g);
  }
  return { name, given };
}

function mistralCalls(text: CallText): WrittenCall[] | null {
  if (!text.has('[TOOL_CALLS]')) return null;
  text.space();
  if (text.text[text.at] === '[' || text.text[text.at] === '{') return text.objects().map(callOf);
  const name = text.take(/[\w.:/-]{1,200}/y)?.[0];
  if (name === undefined) return null;
  text.take(/\[CALL_ID\][\w-]{1,100}/y);
  text.has('[ARGS]');
  return [{ name, given: text.object() }];
}

function markedList(text: CallText): WrittenCall[] | null {
  const marker = listMarkers.find(([open]) => text.has(open));
  if (marker === undefined) return null;
  const calls = many(text, objectsOrPython);
  text.has(marker[1]);
  return calls;
}

function objectsOrPython(text: CallText): WrittenCall[] {
  return text.take(/(?=\{|\[\s*\{)/y) === null ? pythonCalls(text) : text.objects().map(callOf);
}

function pythonCalls(text: CallText): WrittenCall[] {
  const inBrackets = text.has('[');
  const calls: WrittenCall[] = [];
  do calls.push(text.pythonCall());
  while (inBrackets && text.has(','));
  if (inBrackets && !text.has(']')) throw new Unreadable();
  return calls;
}

function kimiCall(text: CallText): WrittenCall[] | null {
  if (!text.has('<|tool_call_begin|>')) return null;
  const [id] = text.until(/<\|tool_call_argument_begin\|>/g);
  const given = text.object();
  text.has('<|tool_call_end|>');
  return [{ name: id.trim(), given }];
}

function deepSeekCall(text: CallText): WrittenCall[] | null {
  if (text.take(/<[｜|]tool[▁_]call[▁_]begin[｜|]>/y) === null) return null;
  text.take(/function<[｜|]tool[▁_]sep[｜|]>(?=\s*<steptml:)/y);
  const calls = invokeCall(text) ?? [namedBeforeSeparator(text)];
  text.take(/<[｜|]tool[▁_]call[▁_]end[｜|]>/y);
  return calls;
}

function namedBeforeSeparator(text: CallText): WrittenCall {
  const [head] = text.until(/<[｜|]tool[▁_]sep[｜|]>/g);
  const name = head.trim() === 'function' ? text.take(/[\w.:/-]{1,200}/y)?.[0] : head.trim();
  if (name === undefined) throw new Unreadable();
  const fenced = text.take(/```\w*/y) !== null;
  const given = text.object();
  if (fenced) text.has('```');
  return { name, given };
}

function quotedCall(text: CallText): WrittenCall[] | null {
  const call = text.take(/<\|tool_call>\s*call:([\w./-]{1,200})/y);
  if (call === null) return null;
  const given = text.object();
  text.has('<tool_call|>');
  return [{ name: call[1] ?? '', given }];
}

function harmonyCall(text: CallText): WrittenCall[] | null {
  const call = text.take(/<\|channel\|>commentary to=([^\s<]{1,200})[^<]{0,100}<\|message\|>/y);
  if (call === null) return null;
  const given = text.object();
  text.has('<|call|>');
  return [{ name: call[1] ?? '', given }];
}

function invokeCall(text: CallText): WrittenCall[] | null {
  const call = text.take(/<(?:｜DSML｜|antml:|steptml:)?invoke name="([^">\n]{1,200})"[^>\n]{0,100}>/y);
  if (call === null) return null;
  const given: Values = {};
  for (;;) {
    const parameter = text.take(/<(?:｜DSML｜|antml:|steptml:)?parameter name="([^">\n]{1,200})"[^>\n]{0,100}>/y);
    if (parameter === null) break;
    [given[parameter[1] ?? '']] = text.until(/<\/(?:｜DSML｜|antml:|steptml:)?parameter>/g);
  }
  if (text.take(/<\/(?:｜DSML｜|antml:|steptml:)?invoke>/y) === null) throw new Unreadable();
  return [{ name: call[1] ?? '', given }];
}
