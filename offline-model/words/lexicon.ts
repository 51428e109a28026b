/** Words that say nothing of any subject. */
import { stopWords as commonWords } from '../../lib/words.ts';

const wordSet = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Function words and the small talk of questions: never evidence for anything. */
export const stopWords: ReadonlySet<string> = new Set([
  ...commonWords,
  ...wordSet(`
actually against almost along already although always among another anybody anyone anything anyway aren around ask
asked asking away back became become before behind below besides between beyond came cannot care come comes
couldn deal didn doesn don down due during either else elsewhere enough especially etc every everyone everything
exactly far few gave gives gone got hadn happened happening hasn haven hers him his however im indeed inside
instead isn knew know known least less let lets likely little look looking looks lot mainly many maybe mean means
meant mere merely mostly myself near nearly need needed needs neither never nevertheless new nice nobody none nothing
now nowhere often ok okay old ones onto ordinary others otherwise ought ours ourselves outside per perhaps plus
possible possibly put puts quite rather re really said saw say saying says see seem seems seen self several shall
shouldn since somebody someone something sometimes somewhere soon sort still suppose sure take taken takes taking
thank thanks theirs themselves therefore things think though throughout thus till together took toward towards try
trying turns two unless unlike useful usually various wanted wants wasn ways well went weren whatever whenever whereas
wherever whole wish won wonder wondering wont wouldn wrong yes yet yours yourself hello hi dear question answer
understand walk people today yesterday tomorrow dont doesnt didnt isnt arent wasnt cant couldnt wouldnt shouldnt hasnt
havent thats whats ive id youre theyre bit couple guess sense point particular particularly entirely simply basically
currently
`),
]);
