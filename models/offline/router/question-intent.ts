/** Families of phrasing: what the asker wants, whatever the question is about. Each pattern that occurs is one feature. */

const auxiliary = '(?:is|are|was|were|do|does|did|has|have|gets?)';
const asker = '(?:i|we|you|one|people|my|our|someone|somebody)\\b';

/** Every repeat is bounded or a single class, so that each pattern takes time linear in the text. */
const phrasings: Readonly<Record<string, RegExp>> = {
  asksPlace: /\bwhere\b|\bin (?:which|what) (?:file|class|module|function|place|package|method)\b/iu,
  asksMechanism: new RegExp(`\\b(?:how|where|why|when|in what way) ${auxiliary} (?!${asker})`, 'iu'),
  asksDeed: new RegExp(
    `\\b(?:how|where|why|when|which|what)\\b[^.?\\n]{0,40}\\b(?:is|are|gets?) [^.?\\n]{0,60}\\b\\w{2,20}(?:ed|en|ne|wn)\\b`,
    'iu',
  ),
  asksRole:
    /\b(?:role|purpose|responsib\w+|point of|reason(?:ing)? (?:behind|for)|rationale|motivated|relationship|interact\w*|what happens)\b/iu,
  asksPart:
    /\b(?:which|what|whose|every|all|name) (?:[a-z-]+ ){0,2}(?:class|classes|function|method|module|file|files|struct|hook|types?|interface|visitor|pass|operator|controller|handler|component|algorithm|data structure|lock|code|widget|middleware|arguments?|parameters?|delegate)\b/iu,
  asksAgent:
    /\b(?:which|what|who) (?:[a-z-]+ ){0,2}(?!does|is|was|has|makes|causes|needs|this|versus)[a-z]{2,15}[a-rt-z]s (?:the|a|an|to|in|on|for|per|[a-z]+s?)\b/iu,
  asksHowTo:
    /\bhow (?:do|can|to|should|would|could|must)(?: (?:i|we|you|one|people|it)\b)?|\bwhat(?:'s| is) the (?:\w+ )?way\b|\bsteps to\b/iu,
  asksChoice:
    /\bwhen should\b|\bshould (?:i|we|one)\b|\bor (?:a|the|an|when|which)\b|\bwhich \w+ (?:\w+ )?(?:should|do i|fits)\b/iu,
  asksAbility:
    /\b(?:can|could|may) (?:i|we|it|the|one|this)\b|\bpossible\b|\b(?:does|do|will|is) (?:it|this|the|they)\b[^.?\n]{0,60}\b(?:support\w*|work with|run|available|handle|compatible)\b/iu,
  asksMeaning:
    /\bwhat (?:is|are|does|do|exactly is|'s)\b[^?\n]{0,80}\b(?:mean|meant|for|stand for|relate|concept|called|do)\b|\bexplain\b|\bwhat (?:is|are) (?:an?|the difference)\b/iu,
  asksCause:
    /\bwhy (?:do|am|are|is) (?:i|we|my|our|all|users)\b|\bwhat(?:'s| is| could be| am i)? (?:the )?(?:caus\w+|reason|going wrong|wrong|missing|going on)\b|\bcauses?\b|\bany ideas?\b|\bis (?:this|that|it) (?:a |an )?(?:bug|known|intended|expected|normal)\b/iu,
  asksCure:
    /\b(?:fix\w*|solve[ds]?|solution|workaround|get rid of|debug|diagnos\w+|track (?:it )?down|troubleshoot\w*|reproduce)\b/iu,
  asksPeople: /\b(?:who|whom|whose|anyone|anybody|somebody|someone|they)\b/iu,
  asksAmount: /\b(?:when will|roadmap|eta|release date|plans?|how (?:old|long|many|big|much|popular|far))\b/iu,
  overview:
    /\b(?:architect\w*|overall|high.level|overview|bird's.eye|broad strokes|fit together|in words|conceptual\w*|main (?:components|concepts|parts|ideas)|(?:the|its|whole) (?:sub)?systems?|organi[sz]ed|at a glance|newcomer|beginners?|plain words|point of view|terminology)\b/iu,
  howItWorks: /\bhow (?:does|do)\b[^.?\n]{0,80}\bwork\b/iu,
  pageParts:
    /\b(?:manual|handbook|chapter|section|page|link|reference|screenshot|wording|grammar|outdated|misleading|sentence|paragraph|clarify|reads?)\b/iu,
  moving:
    /\b(?:migrat\w+|upgrad(?:e|ing)|coming from|switch(?:ing)? (?:from|to)|version \d|from \S{1,12}\d to \S{0,3}\d)/iu,
  whatMakes:
    /\bwhat (?:causes?|makes)\b|\bthe (?:cause|reason) (?:of|for)\b|\bhow come\b|\bfor some reason\b|\bstrange\w*\b|\bweird\w*\b/iu,
  seeksPage:
    /\b(?:is there|are there|where (?:can|do|is|are)|point me|any)\b[^.?\n]{0,50}\b(?:page|docs?|document\w*|guide|example|sample|reference|tutorial|list of|description|manual|rfcs?)\b/iu,
  seeksCode:
    /\b(?:definition|implementation|source|code|body|signature) (?:of|for|that|which|behind)\b|\b(?:show|point) me (?:to )?the (?:code|definition|implementation|source)\b/iu,
  imperative:
    /^\W*(?:please |could you |can you )?(?:explain|describe|show|list|walk|trace|follow|outline|summari[sz]e|find|give|take|go|name|tell|write|document|translate|recommend|invent)\b/iu,
  yesOrNo: /^\W*(?:is|are|do|does|did|can|could|will|would|has|have|should)\b/iu,
  leadsWithArticle: /^\W*(?:the|a|an|my|our|all|some|every)\b/iu,
  negatedVerb: /\b(?:not|n't|never|no longer|nothing|cannot|unable to|fails? to|refuses?|stopped|stops) ?\w*/iu,
  settingVerb: /^\W*(?:set|enable|disable|configure|use|add|change|turn|run|install|build|deploy|setup|document)\b/iu,
  change:
    /\b(?:since|after) (?:the |an? |i |we |it |updat\w+|upgrad\w+|\d)|\b(?:used to|any ?more|previously|yesterday|worked (?:fine|in|before|with))\b/iu,
  symptom:
    /\b(?:dropped|drift\w*|jitter\w*|truncat\w*|overlap\w*|blank|gone|twice|cut off|unavailable|duplicated|mismatch\w*|invalid|denied|refused|forbidden|unexpected\w*|unknown|ignored|stops|stopped|reset|hidden|grey|silently|too (?:slow|high|low|late|many|long)|off by|shifted|behind|times out|timed out|out of memory|fell|inconsistent|logged out)\b/iu,
  quotedMessage: /["“][^"”\n]{8,200}["”]/u,
  money:
    /\b(?:pay|paid|pricing|price|cost|commercial\w*|royalt\w+|legal\w*|liable|sell|donat\w+|salary|invest|buy|free for|fund\w*)\b/iu,
  intermittent:
    /\b(?:sometimes|random(?:ly)?|intermittent\w*|occasionally|flaky|from time to time|every (?:few|other))\b/iu,
  repairOfDocs:
    /\b(?:typo|spelling|broken link|docs?:|readme[: ]|doc improvement|missing docs|add (?:docs|documentation)|documented|misspel\w+)\b/iu,
  greeting:
    /^\W*(?:hello|hi|hey|good (?:morning|evening|day|afternoon)|thanks?|thank you|congrat\w+|cheers|ok|perfect|great)\b/iu,
  feeling:
    /\b(?:love|nice\w*|worst|best|disappointed|bored|sorry|great|glad|hate|awesome|amazing|worth|honestly|feel)\b/iu,
  internals:
    /\b(?:internal\w*|under the hood|implement\w*|in memory|on disk|defined|instantiat\w+|step by step|line by line|code paths?|in the code|source)\b/iu,
};

/** The names of the phrasings that a question shows. */
export function questionPhrasings(text: string): string[] {
  return Object.entries(phrasings)
    .filter(([, pattern]) => pattern.test(text))
    .map(([name]) => name);
}
