/** What is known of English beforehand: words that say nothing, and words that say little. */
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

/** Words that nearly every repository and question hold: weak evidence. */
export const lightWords = wordSet(`
use user help available call called calls calling work works working worked run runs running ran code file files function functions
method methods option options value values object objects class package packages library module project repo
repository codebase app application thing case cases example examples way default defaults set sets setting settings
type types name names named number first second third last next part parts return returns returned add adds added
change changes changed find found start started stop end ends pass passed passes passing
write writes written read reads keep keeps kept place different same good bad best better official documentation docs
documented document according purpose reason result results support supported supports allow allows allowed
version versions line lines two three four five time times small big large long short full still
recommended guidance mention mentioned says detail details internal internals internally implement implemented implementation
implements built build builds builtin behave behaves behavior behaviour decide decides decided apply applied applies
want expected expect turn happens step steps system service services
data problem issue fix fixed fails failed fail error errors exact check checks checked hold holds
longest shortest fastest slowest newest latest earliest highest lowest biggest smallest largest
side sides main certain specific specify specified define defined defines
`);
