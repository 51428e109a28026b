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
  quotes: ['["“][^"”\\n]{8,200}["”]'],
};

const patterns = Object.entries(intents).map(
  ([intent, alternatives]) => [intent, new RegExp(alternatives.join('|'), 'iu')] as const,
);

/** The names of the intents that a question shows. */
export function questionIntents(text: string): string[] {
  return patterns.filter(([, pattern]) => pattern.test(text)).map(([intent]) => intent);
}
