/** Patterns of asking: what the asker wants, whatever the question is about. */

const part =
  '(?:class(?:es)?|function|method|module|struct|files?|hook|types?|interface|visitor|pass|operator|controller|' +
  'handler|component|algorithm|data structure|lock|code|widget|middleware|arguments?|parameters?|delegate)';
const able = '(?:support\\w*|work with|run|available|handle|compatible)';
const page = '(?:page|docs?|document\\w*|guide|example|sample|reference|tutorial|list of|description|manual|rfcs?)';
const asking = '(?:how|where|why|when|which|what)';
const auxiliary = '(?:is|are|was|were|do|does|did|has|have|gets?)';
const notDoing = '(?!does|is|was|has|makes|causes|needs|this|versus)';
const asker = '(?:i|we|you|one|people|my|our|someone|somebody)';
const orderVerb =
  '(?:explain|describe|show|list|walk|trace|follow|outline|summari[sz]e|find|give|take|go|name|tell|write|document|' +
  'translate|recommend|invent)';
const remedy = '(?:stop|avoid|prevent|silenc|cure|fix|solv|resolv|repair|get (?:rid|past|around)|make it (?:go|stop))';
const says =
  '(?:log )?(?:warns?|says?|tells?|told|prints?|complains?|reports?|reported|claims?|shows?|logs?|states?|outputs?)';

/**
 * Some of these show that a question has an intent. Repeats are bounded, so that each takes time linear in the text.
 */
const intents: Readonly<Record<string, readonly string[]>> = {
  asksPlace: ['\\bwhere\\b', '\\bin (?:which|what) (?:file|class|module|function|place|package|method)\\b'],
  asksMechanism: [`\\b(?:how|where|why|when|in what way) ${auxiliary} (?!${asker}\\b)`],
  asksDeed: [`\\b${asking}\\b[^.?\\n]{0,40}\\b(?:is|are|gets?) [^.?\\n]{0,60}\\b\\w{2,20}(?:ed|en|ne|wn)\\b`],
  asksPart: [`\\b(?:which|what|whose|every|all|name) (?:[a-z-]{1,30} ){0,2}${part}\\b`],
  asksAgent: [`\\b(?:which|what|who) (?:[a-z-]{1,30} ){0,2}${notDoing}[a-z]{2,15}[a-rt-z]s [a-z]`],
  asksHowTo: [
    '\\bhow (?:do|can|to|should|would|could|must)\\b',
    "\\bwhat(?:'s| is) the (?:\\w{1,30} )?way\\b",
    '\\bsteps to\\b',
  ],
  asksOwnHowTo: [`\\bhow (?:do|can|to|should|would|could) ${asker}\\b`, '\\bhow to\\b'],
  asksChoice: [
    '\\bwhen should\\b|\\bshould (?:i|we|one)\\b|\\bor (?:a|the|an|when|which)\\b',
    '\\bwhich \\w{1,30} (?:\\w{1,30} )?(?:should|do i|fits)\\b',
  ],
  asksAbility: [
    '\\b(?:can|could|may) (?:i|we|it|the|one|this)\\b|\\bpossible\\b',
    `\\b(?:does|do|will|is) (?:it|this|the|they)\\b[^.?\\n]{0,60}\\b${able}\\b`,
  ],
  asksMeaning: [
    "\\bwhat (?:is|are|does|do|exactly is|'s)\\b[^?\\n]{0,80}\\b(?:mean|meant|for|relate|concept|called|do)\\b",
    '\\bexplain\\b|\\bwhat (?:is|are) (?:an?|the difference)\\b',
  ],
  asksCause: [
    '\\bwhy (?:do|am|are|is) (?:i|we|my|our|all|users)\\b|\\bcauses?\\b|\\bany ideas?\\b',
    "\\bwhat(?:'s| is| could be| am i)? (?:the )?(?:caus\\w+|reason|going wrong|wrong|missing|going on)\\b",
    '\\bis (?:this|that|it) (?:an? )?(?:bug|known|intended|expected|normal)\\b',
  ],
  wondersWhy: [
    '\\bwhat (?:causes?|makes)\\b|\\bthe (?:cause|reason) (?:of|for)\\b',
    '\\bhow come\\b|\\bfor some reason\\b|\\bstrange\\w*|\\bweird\\w*',
  ],
  howItWorks: ['\\bhow (?:does|do)\\b[^.?\\n]{0,80}\\bwork\\b'],
  moves: [
    '\\bmigrat\\w+|\\bupgrad(?:e|ing)\\b|\\bcoming from\\b|\\bswitch(?:ing)? (?:from|to)\\b',
    '\\bversion \\d|\\bfrom \\S{1,12}\\d to \\S{0,3}\\d',
  ],
  seeksPage: [`\\b(?:is there|are there|where (?:can|do|is|are)|point me|any)\\b[^.?\\n]{0,50}\\b${page}\\b`],
  seeksCode: [
    '\\b(?:definition|implementation|source|code|body|signature) (?:of|for|that|which|behind)\\b',
    '\\b(?:show|point) me (?:to )?the (?:code|definition|implementation|source)\\b',
  ],
  orders: [`^\\W*(?:please |could you |can you )?${orderVerb}\\b`],
  startsSetting: [
    '^\\W*(?:set|enable|disable|configure|use|add|change|turn|run|install|build|deploy|setup|document)\\b',
  ],
  startsYesOrNo: ['^\\W*(?:is|are|do|does|did|can|could|will|would|has|have|should)\\b'],
  startsWithArticle: ['^\\W*(?:the|a|an|my|our|all|some|every)\\b'],
  startsGreeting: [
    '^\\W*(?:hello|hi|hey|thanks?|congrat\\w+|cheers|ok|perfect|great)\\b',
    '^\\W*good (?:morning|evening|day|afternoon)\\b',
  ],
  tellsOfChange: [
    '\\b(?:since|after) (?:the |an? |i |we |it |updat|upgrad|\\d)',
    '\\b(?:used to|any ?more|previously|yesterday|worked (?:fine|in|before|with))\\b',
  ],
  seeksRemedy: [
    `\\bhow (?:do|can|could|would|should|to|does) (?:i |we |it |one |this )?(?:be )?${remedy}\\w*`,
    '\\b(?:the|a|its) (?:fix|cure|remedy|culprit|mistake|workaround)\\b|\\bany (?:hints?|ideas?|clue)\\b|\\bfalse alarm\\b|\\bfind (?:out|the (?:reason|cause))',
    "\\b(?:doing wrong|overlook\\w*|what am i|where (?:do|should) (?:i|we)[^?\\n]{0,20} look|what's (?:up|wrong))\\b",
  ],
  reportsMessage: [
    `\\b(?:logs?|log line|console|terminal|server|it|i'm|dashboard|startup|start) (?:${says})\\b`,
    '\\b(?:keep|keeps|kept) (?:seeing|getting|hitting|running|showing|printing|failing)\\b',
    '\\b(?:fails?|ends?|stops?|aborts?|exits?|refused|dies) with\\b|\\blog is full\\b',
    "\\b(?:i|we)(?:'m|'re| am| are)? (?:get|getting|see|seeing|told|hit)\\b",
  ],
  asksOfSetting: [
    '\\b(?:the|an?) \\S{2,40} (?:option|setting|flag|variable|environment variable|switch)\\b|\\bwhich values\\b',
    '\\b(?:effect|purpose|unit|meaning|default|maximum|minimum) of (?:the |setting )?\\S{2,40}\\b|\\bconfig(?:uration)? file\\b',
    '\\b(?:settings file|command.line|env vars?|environment variables?|flags? \\S{2,30}|`--?\\w)',
  ],
  asksOfUnset: [
    "\\b(?:left out|leave (?:it|that|this) out|(?:if|unless|when) (?:i|we) (?:don't |do not )?(?:set|pass|say|omit|give)\\w*)\\b",
    '\\b(?:is assumed|required|optional|allowed values|possible values|accepted values|seconds|milliseconds|out of the box)\\b',
    '\\b(?:prop|option|parameter|setting)\\b[^?\\n]{0,60}\\b(?:mean|limit|do|default|work|take|control)\\w{0,2}\\b',
  ],
  asksOfRemoved: [
    '\\b(?:no longer (?:exists?|available|there)|(?:was|were|been|got) (?:removed|dropped|renamed)|(?:is|are) (?:really )?gone)\\b',
    '\\b(?:successor|replacement|replaces?|breaking changes?|release notes|changelog|(?:upgrade|migration) (?:guide|page))\\b',
  ],
  asksOfMessage: [
    '["“][^"”\\n]{3,120} [^"”\\n]{3,120}["”][^?\\n]{0,40}\\b(?:mean|means|how|caus\\w+|trigger\\w*|why|what|when i|as soon|although|but)\\b',
  ],
  seeksAdvice: [
    '\\b(?:recommend\\w*|advi[sc]e|advised|suggest\\w*|guidance|best practice|official\\w*|preferred|preferable)\\b',
    '\\b(?:supposed|meant|intended|ought|advisable|watch out|what to use|still (?:fine|supported))\\b',
    '\\bshould (?:i|we|one|our|new|my|the team|an?)\\b|\\bright (?:choice|one|place|for)\\b|\\bbetter (?:way|choice)\\b|\\bwould one\\b',
  ],
  citesDocs: [
    '\\baccording to (?:the|your)\\b|\\b(?:documented|written down|mentioned|described|listed)\\b',
    '\\b(?:docs?|documentation|guide|manual|handbook|reference|tutorial|readme) (?:say|mention|talk|promis|recommend|name)',
  ],
  asksDefault: [
    '\\b(?:by default|default to|defaults? to|the default|out of the box|unless|leave it out|turned? (?:on|off))\\b',
    '\\bper \\w{1,20} or (?:per|in|global)\\b|\\bis it per\\b|\\bon by default\\b',
  ],
  tellsNeed: [
    "\\b(?:we|i) (?:need|have to|want|would like|plan|only want|must|have an?)\\b|\\b(?:i|we)'d like\\b",
    '\\b(?:we|i) are (?:moving|upgrading|going)\\b|^\\W*(?:our|my) \\w{1,20} \\w{1,20}\\b[^?\\n]{0,120}\\. ',
  ],
  supposes: [
    '^\\W*(?:suppose|say|assume|imagine|if|when|after|between|once|given)\\b',
    '[,.:] (?:does|do|is|are|what|which|who) \\w{1,20}\\b',
  ],
  asksOutcome: [
    '\\b(?:return|throw|raise|give|yield|drop|keep|skip|ignore|sort|lose)\\w{0,3}\\b[^?\\n]{0,40}\\bor (?:the |a |an |does |is )?\\w',
    '\\b(?:does|do|is|are|will) [^?\\n]{0,60}\\b(?:still|even|at all|right away|again|first|twice|internally)\\b',
    `\\bwhat does (?!${asker}\\b)[^?\\n]{1,60}\\bdo (?:with|if|when|once|on)\\b|\\bwhat happens\\b`,
  ],
  asksWinner: [
    '\\bwhose\\b|\\bwins?\\b|\\bwhich of (?:the two|them|these|those)\\b|\\bin (?:what|which) (?:order|sequence)\\b',
    '\\b(?:both|two) \\w{1,20}\\b|\\bwhich (?:comes|one comes|runs) (?:first|last)\\b|\\bbefore or after\\b',
  ],
  asksOfWhole: [
    '\\bwhat (?:is|kind of|does) (?:this|it|the) (?:project|product|thing|repo|repository|library|tool|software)\\b',
    "\\bwhat(?:'s| is) (?:it|this)(?: (?:for|about|all about))?\\s*[?,]|\\bnew (?:here|to this)\\b|\\bnutshell\\b|\\bone sentence\\b",
    '\\bbehind (?:it|this)\\b|\\bproduction.ready\\b|\\bmature\\b|\\bstable\\b|\\bin production\\b',
  ],
  quotes: ['["“][^"”\\n]{8,200}["”]'],
};

const patterns = Object.entries(intents).map(
  ([intent, alternatives]) => [intent, new RegExp(alternatives.join('|'), 'u')] as const,
);

/** The names of the intents that a question shows. */
export function questionIntents(text: string): string[] {
  const lower = text.toLowerCase();
  return patterns.filter(([, pattern]) => pattern.test(lower)).map(([intent]) => intent);
}
