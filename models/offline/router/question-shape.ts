/** Hand-made signs of what a question is about: stack traces, names from code, families of words, length. */

/**
 * Each pattern that occurs in a question switches one feature on. Every pattern runs in linear time: no nested repeats, and
 * what may repeat is bounded or excludes what follows it.
 */
const signs: Readonly<Record<string, RegExp>> = {
  pythonTrace: /^\s{0,8}File "[^"\n]{1,200}", line \d|Traceback \(most recent/mu,
  frameLines: /^\s{0,8}at \S[^\n]{0,200}[:(]/mu,
  nativeFrames: /^\s{0,8}#\d{1,3} /mu,
  panic: /\bgoroutine \d|\bpanic(?:ked)?\b|unhandled exception|uncaught|caused by:|fatal (?:error|exception)/iu,
  signal: /\bSIG[A-Z]{3,4}\b|segfault|segmentation fault|core dumped|AddressSanitizer|\babort/iu,
  errorName: /\b[A-Z]\w{1,60}(?:Error|Exception|Warning|Fault)\b/u,
  errorPrefix: /(?:^|\s)(?:\w{1,40}\s)?(?:error|err!|fatal|exception|warning|fail)(?:\[\w+\])?:/imu,
  logLevel: /\b(?:ERROR|WARN|WARNING|FATAL|FAIL|FAILED)\b/u,
  clockTime: /\d{2}:\d{2}:\d{2}/u,
  exitCode: /\b(?:exit(?:s|ed)?|return(?:s|ed)?|killed|stops?)\b[^\n]{0,30}\b(?:code|status|\d{1,3})\b/iu,
  httpStatus: /\b(?:4\d\d|5\d\d)\b/u,
  reportHeading:
    /describe the bug|to reproduce|expected (?:behaviou?r|result)|actual (?:behaviou?r|result)|your environment/iu,
  expectation: /\b(?:expect(?:ed|ing)?|actual(?:ly)?|instead|should(?:n't| not)? (?:be|have|not))\b/iu,
  trouble:
    /\b(?:bugs?|broken|crash\w*|fail\w*|freez\w*|hangs?|stuck|leaks?|wrong\w*|missing|lost|corrupt\w*|stale|slow(?:er)?|errors?|issue|problems?|garbage|flicker\w*|stall\w*|incorrect\w*|killed|loses|skipped)\b/iu,
  denial: /\b(?:not|never|no longer|nothing|cannot|can't|doesn't|don't|isn't|won't|didn't|unable|without)\b/iu,
  afterChange: /\b(?:since|after|upgrad\w+|updat\w+|used to|any ?more|worked|yesterday|nightly|anymore)\b/iu,
  firstPerson: /\b(?:i|my|me|we|our|i'm|i'd|i've)\b/iu,
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
  codeNouns:
    /\b(?:function|method|class|classes|module|struct|interface|subclass\w*|algorithm|data structure|implement\w*|implementation|visitor|hook|handler|parameter|argument|constant|mixin|operator|controller|code|codebase|source)s?\b/iu,
  codeVerbs:
    /\b(?:implements?|implemented|calls?|called|invokes?|inherits?|overrides?|registered|computed?|stores?|stored|tracks?|decides?|parses?|raised|defined|internally|under the hood|represented|serialised|checked|handles?|returns?)\b/iu,
  docsNouns:
    /\b(?:docs?|documentation|readme|guides?|tutorials?|manual|handbook|examples?|overview|reference|getting started|quick ?start|walkthrough|cheat sheet|how-?to|typo|design document|rfc)\b/iu,
  setup:
    /\b(?:install\w*|configur\w*|set ?up|settings?|options?|deploy\w*|self.?host\w*|enable|disable|migrat\w*|requirements?|env(?:ironment)? vars?|environment variables?|flash)\b/iu,
  support:
    /\b(?:support(?:s|ed)?|compatib\w+|available|possible|recommended|best practice|requir\w+|prerequisites?)\b/iu,
  concepts:
    /\b(?:architecture|concepts?|high.level|conceptual\w*|design|structured|mean(?:s|t|ing)?|terminology|versus|difference)\b/iu,
  howTo: /\bhow (?:do|can|to|should|would|could) (?:i|we|you|one|people)\b|\bhow to\b/iu,
  people:
    /\b(?:licen[cs]e\w*|maintain(?:s|ers?|ed)|contribut\w+|communit\w+|sponsor\w*|donat\w+|hiring|authors?|team|company|companies|organi[sz]ation|volunteers?|pull requests?|founded|who)\b/iu,
  judgement:
    /\b(?:better|best|opinion|think|worth|recommend|popular|alternatives?|compare[ds]?|vs\.?|love|future|overrated|good)\b/iu,
  courtesy: /\b(?:hello|hi|hey|thanks?|thank you|please|cheers|sorry|great)\b/iu,
  you: /\b(?:you|your|yourself)\b/iu,
  endsAsking: /\?\s*$/u,
};

const nameSigns = ['backticks', 'call', 'camelCase', 'pascalCase', 'snakeCase', 'scoped', 'memberAccess', 'fileName'];
const failureSigns = [
  'errorName',
  'errorPrefix',
  'signal',
  'panic',
  'pythonTrace',
  'frameLines',
  'exitCode',
  'trouble',
  'logLevel',
];

/** How a question or a request starts, if it does not end in a question mark. */
const askingStart =
  /^\W*(?:how|what|where|why|which|who|when|can|could|does?|is|are|should|explain|describe|show|list|tell|give|find|please)\b/iu;

/** Upper bounds of the length buckets, in words. */
const lengthBounds = [2, 4, 7, 12, 20, 35, 70] as const;

/** The names of the signs that a question shows, with the bucket of its length and whether it reads as a headline. */
export function questionSigns(text: string, wordCount: number): string[] {
  const found = Object.entries(signs)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name);
  const bucket = lengthBounds.findIndex((bound) => wordCount <= bound);
  found.push(`length${bucket < 0 ? lengthBounds.length : bucket}`);
  if (!text.includes('?') && wordCount >= 3 && wordCount <= 14) found.push('headline');
  if (!text.includes('?') && !askingStart.test(text)) found.push('statement');
  const has = (names: readonly string[]) => names.some((name) => found.includes(name));
  if (has(nameSigns)) found.push(has(failureSigns) ? 'namedFailure' : 'namedCalmly');
  if (found.includes('headline')) found.push(has(failureSigns) ? 'failureHeadline' : 'calmHeadline');
  if (text.trim().includes('\n')) found.push('severalLines');
  return found;
}
