/**
 * What a question looks like: stack traces, log lines, names from code, its length, and whether it reads as a headline.
 */

/** What a repeat may match is bounded, so that each pattern takes time linear in the text. */
const marks: Readonly<Record<string, RegExp>> = {
  pythonTrace: /^\s{0,8}File "[^"\n]{1,200}", line \d|Traceback \(most recent/mu,
  frameLines: /^\s{0,8}at \S[^\n]{0,200}[:(]/mu,
  nativeFrames: /^\s{0,8}#\d{1,3} /mu,
  panic: /\bgoroutine \d|\bpanic(?:ked)?\b|unhandled exception|uncaught|caused by:|fatal (?:error|exception)/iu,
  signal: /\bSIG[A-Z]{3,4}\b|segfault|segmentation fault|core dumped|AddressSanitizer|\babort/iu,
  errorName: /\b[A-Z]\w{1,60}(?:Error|Exception|Warning|Fault)\b/u,
  errorPrefix: /(?:^|\s)(?:\w{1,40}\s)?(?:error|err!|fatal|exception|warning|fail)(?:\[\w+\])?:/imu,
  errorCode: /\b(?:ERR|E)_[A-Z_]{3,40}\b|\bE[A-Z]{4,12}\b|\b[A-Z]{2,12}(?:_[A-Z]{2,12}){1,4}:|\bTS\d{4}\b/u,
  logLevel: /\b(?:ERROR|WARN|WARNING|FATAL|FAIL|FAILED)\b/u,
  clockTime: /\d{2}:\d{2}:\d{2}/u,
  exitCode: /\b(?:exit(?:s|ed)?|return(?:s|ed)?|killed|stops?)\b[^\n]{0,30}\b(?:code|status|\d{1,3})\b/iu,
  httpStatus: /\b(?:4\d\d|5\d\d)\b/u,
  codeFence: /```|~~~|^ {4}\S/mu,
  backticks: /`[^`\n]{1,120}`/u,
  call: /\b[A-Za-z_]\w{1,60}\(/u,
  camelCase: /\b[a-z]{2,30}[A-Z]\w/u,
  pascalCase: /\b[A-Z][a-z]{1,30}[A-Z][a-z]/u,
  snakeCase: /\b[A-Za-z]\w{0,40}_[a-z]\w/u,
  scoped: /\w(?:::|->)\w/u,
  memberAccess: /\b[A-Za-z]\w{2,40}\.[a-z]\w{2,40}\b/u,
  fileName: /\b[\w-]{1,60}\.(?:ts|js|py|go|rs|cpp|cc|c|h|java|kt|rb|php|cs|tsx|jsx|swift)\b/u,
  lineNumber: /\.\w{1,5}:\d+|\bline \d/u,
  commandFlag: /(?:^|\s)--?[a-z][\w-]+/u,
  endsAsking: /\?\s*$/u,
};

const nameMarks = ['backticks', 'call', 'camelCase', 'pascalCase', 'snakeCase', 'scoped', 'memberAccess', 'fileName'];
const failureMarks = [
  'errorName',
  'errorPrefix',
  'signal',
  'panic',
  'pythonTrace',
  'frameLines',
  'exitCode',
  'errorCode',
  'logLevel',
];

/** How a question or a request starts, if it does not end in a question mark. */
const askingWord = '(?:how|what|where|why|which|who|when|can|could|does?|is|are|should)';
const requestWord = '(?:explain|describe|show|list|tell|give|find|please)';
const askingStart = new RegExp(`^\\W*(?:${askingWord}|${requestWord})\\b`, 'iu');

/** Upper bounds of the length buckets, in words. */
const lengthBounds = [2, 4, 7, 12, 20, 35, 70] as const;

/**
 * The names of a question's marks. `troubled` says whether its words speak of a failure: a headline or a name from code
 * means one thing in a failure report and another in a calm question, which a sum of weights could not tell.
 */
export function questionMarks(text: string, wordCount: number, troubled: boolean): string[] {
  const found = Object.entries(marks)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name);
  const shows = (names: readonly string[]) => names.some((name) => found.includes(name));
  const mood = troubled || shows(failureMarks) ? 'failing' : 'calm';
  const bucket = lengthBounds.findIndex((bound) => wordCount <= bound);
  const asks = text.includes('?');
  if (shows(nameMarks)) found.push(`${mood}Name`);
  if (!asks && wordCount >= 3 && wordCount <= 14) found.push('headline', `${mood}Headline`);
  if (!asks && !askingStart.test(text)) found.push('statement');
  if (text.trim().includes('\n')) found.push('severalLines');
  return [...found, `length${bucket < 0 ? lengthBounds.length : bucket}`];
}

/**
 * Tells how a question is put: how it opens, in whose voice, and whether in a tone of trouble; in pairs, because `error`
 * means one thing after "why do I get" and another after "who catches", which a sum of weights could not tell.
 */

/** Openings, the first that fits is taken. */
const openings: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['howTo', /\bhow (?:do|can|should|to|would|could|must)\b(?! (?:the|it|they)\b)/u],
  ['howWorks', /\bhow\b/u],
  ['whoWhose', /\b(?:who|whose|whom)\b/u],
  ['where', /\bwhere\b/u],
  ['why', /\bwhy\b/u],
  ['which', /\bwhich\b/u],
  ['should', /\bshould\b/u],
  ['what', /\bwhat\b/u],
  ['when', /\bwhen\b[^?\n]*\?/u],
  ['can', /(?:^|[.,!:] )\W*(?:can|could|may|would)\b[^?\n]*\?/u],
  ['does', /(?:^|[.,!:] )\W*(?:do|does|did|has|have|will)\b[^?\n]*\?/u],
  ['is', /(?:^|[.,!:] )\W*(?:is|are|was|were)\b[^?\n]*\?/u],
];

/** Names of how a question is put. `troubled` says whether it speaks of a failure. */
export function questionRegister(text: string, troubled: boolean): string[] {
  const lower = text.toLowerCase();
  const asked = askedSentence(lower);
  const opening = openings.find(([, pattern]) => pattern.test(asked))?.[0] ?? (lower.includes('?') ? 'asks' : 'tells');
  const voice = voiceOf(lower);
  const tone = troubled ? 'troubled' : 'calm';
  return [opening, `${opening} ${voice}`, `${opening} ${tone}`, `${voice} ${tone}`];
}

/** The last sentence that ends in a question mark, or else the first line. */
function askedSentence(text: string): string {
  const end = text.lastIndexOf('?');
  if (end < 0) return text.slice(0, 200).split('\n', 1)[0] ?? '';
  const before = text.slice(Math.max(0, end - 300), end);
  const start = Math.max(before.lastIndexOf('. '), before.lastIndexOf('\n'), before.lastIndexOf('? '));
  return `${before.slice(start + 1).trim()}?`;
}

function voiceOf(text: string): string {
  if (/\b(?:i|my|me|we|our|us|i'm|i'd|i've|we're)\b/u.test(text)) return 'own';
  return /\b(?:you|your)\b/u.test(text) ? 'you' : 'none';
}
