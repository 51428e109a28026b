/**
 * Reads the channels of gpt-oss (harmony, cookbook.openai.com/articles/openai-harmony) where a server leaves their markers
 * in the text: analysis is thinking, final is the reply, and a message to a function stays as a call in text.
 */

type Message = { channel: string; recipient: string | null; body: string };

const begins = /^\s*(?:<\|start\|>assistant[^<]{0,200})?<\|channel\|>/;
const next = /<\|(?:end|call|return|start|channel|message)\|>/g;
/** Without its special tokens the text reads `analysisThe user…assistantfinalThe answer`. */
const bare = /^\s*analysis(?=\S)/;
const bareEnd = /assistant(final|commentary(?: to=(\S{1,200}?))?(?:\s+json|\s+code)?(?=\s*\{))/;

/** Null where the text has no channels. */
export function splitChannels(whole: string): { thinking: string; text: string } | null {
  if (begins.test(whole)) return put(messagesOf(whole));
  if (!bare.test(whole)) return null;
  const end = bareEnd.exec(whole);
  if (end === null) return null;
  const thinking = whole.slice(0, end.index).replace(/^\s*analysis/, '');
  const rest = whole.slice(end.index + end[0].length);
  const recipient = end[2] ?? null;
  const channel = end[1] === 'final' ? 'final' : 'commentary';
  return put([
    { channel: 'analysis', recipient: null, body: thinking },
    { channel, recipient, body: rest },
  ]);
}

/** Each marker is met once. */
function messagesOf(whole: string): Message[] {
  const messages: Message[] = [];
  let header = '';
  let body: string | null = null;
  let from = 0;
  const take = (to: number) => {
    const piece = whole.slice(from, to);
    if (body === null) header += piece;
    else body += piece;
  };
  const close = () => {
    if (body !== null) messages.push(messageOf(header, body));
    header = '';
    body = null;
  };
  for (const { 0: marker, index } of whole.matchAll(next)) {
    take(index);
    from = index + marker.length;
    if (marker === '<|message|>') body ??= '';
    else if (marker !== '<|channel|>' || body !== null) close();
    if (marker === '<|channel|>') header += ' channel:';
  }
  take(whole.length);
  close();
  return messages;
}

function messageOf(header: string, body: string): Message {
  const channel = /channel:\s*(\w+)/.exec(header)?.[1] ?? 'final';
  return { channel, recipient: /\bto=([^\s<]{1,200})/.exec(header)?.[1] ?? null, body: body.trim() };
}

function put(messages: readonly Message[]): { thinking: string; text: string } {
  const bodies = (wanted: (message: Message) => boolean) => messages.filter(wanted).map(({ body }) => body);
  const thinking = bodies(({ channel, recipient }) => channel === 'analysis' && recipient === null);
  const final = bodies(({ channel }) => channel === 'final');
  const calls = messages.flatMap(({ recipient, body }) => (recipient === null ? [] : [writtenCall(recipient, body)]));
  const beside = bodies(
    ({ channel, recipient }) => channel !== 'analysis' && channel !== 'final' && recipient === null,
  );
  return { thinking: thinking.join('\n\n'), text: (final.length > 0 ? final : [...beside, ...calls]).join('\n') };
}

/** The one way in which a call to a function is left in the text. */
const writtenCall = (recipient: string, body: string) =>
  `<|channel|>commentary to=${recipient}<|message|>${body}<|call|>`;
