/** What endpoints were publicly seen to refuse in conversations and in the schemas of tools. */
import {
  callsNamed,
  callsSaying,
  type Change,
  instructionsInside,
  oneCallEach,
  plainParameters,
} from './refusal-changes.ts';
import { said } from './refusal-table.ts';

export const messageRefusals: [source: string, status: number, body: unknown, change: Change][] = [
  [
    'Mistral, nearai/ironclaw#1241',
    400,
    {
      object: 'error',
      message: 'Tool call id was turn1_0 but must be a-z, A-Z, 0-9, with a length of 9.',
      type: 'invalid_function_call',
      param: null,
      code: '3280',
    },
    callsNamed('call00000', 'call00001'),
  ],
  [
    'a server that gives ids which it refuses, jundot/omlx#1997',
    500,
    said('Tool call id was call_49c89af0 but must be a-z, A-Z, 0-9, with a length of 9'),
    callsNamed('call00000', 'call00001'),
  ],
  [
    'Anthropic behind a gateway, tailcallhq/forgecode#1142',
    400,
    {
      message: 'Provider returned error',
      metadata: {
        raw: JSON.stringify({
          type: 'error',
          ...said("messages.5.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"),
        }),
      },
    },
    callsNamed('call00000', 'call00001'),
  ],
  [
    'an id that came twice, HKUDS/nanobot#3945',
    400,
    said("Duplicate value for 'tool_call_id' of call_0 in message[4]", { type: 'invalid_request_error' }),
    callsNamed('call00000', 'call00001'),
  ],
  [
    'Gemini, Laisky/one-api#60',
    400,
    said(
      'Invalid JSON payload received. Unknown name "additionalProperties" at \'tools[0].function_declarations[0].parameters\': Cannot find field.',
      { status: 'INVALID_ARGUMENT' },
    ),
    plainParameters,
  ],
  [
    'a schema that is refused by a word of it',
    400,
    said("Invalid schema for function 'search_code': 'additionalProperties' is not permitted."),
    plainParameters,
  ],
  [
    'parameters that are refused as a field',
    400,
    said('a keyword of the schema is not supported', { param: 'tools[0].function.parameters' }),
    plainParameters,
  ],
  ['Anthropic, vercel/ai#5576', 400, said('messages: text content blocks must be non-empty'), callsSaying(null)],
  [
    'Bedrock, OpenHands/OpenHands#5339',
    400,
    {
      message:
        'The text field in the ContentBlock object at messages.2.content.0 is blank. Add text to the text field, and try again.',
    },
    callsSaying(null),
  ],
  [
    'an empty text beside calls, as a field',
    400,
    said('must be null when tool_calls is present', { param: 'messages.2.content' }),
    callsSaying(null),
  ],
  [
    'roles listed without the one of instructions',
    400,
    said("messages.0.role: Input should be 'user', 'assistant' or 'tool'"),
    instructionsInside,
  ],
  [
    'one call a message, in other words',
    400,
    said('Only one function call per assistant message is possible here'),
    oneCallEach,
  ],
];
