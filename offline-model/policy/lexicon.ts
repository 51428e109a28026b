/** What is known of English beforehand: words that say nothing, and words that say little. */

const wordSet = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Function words and the small talk of questions: never evidence for anything. */
export const stopWords = wordSet(`
a about above actually after again against all almost along already also although always am among an and another any
anybody anyone anything anyway are aren around as ask asked asking at available away back be became because become been
before behind being below besides between beyond both but by came can cannot care come comes could couldn deal did didn do does
doesn doing don done down due during each either else elsewhere enough especially etc even ever every everyone
everything exactly far few for from further gave get gets getting give given gives go goes going gone got had hadn happen
happened happening happens has hasn have haven having he help her here hers him his how however i if im in indeed inside instead
into is isn it its itself just kind knew know known least less let lets like likely little look looking looks lot made
mainly make makes making many may maybe me mean means meant mere merely might mine more most mostly much must my myself near
nearly need needed needs neither never nevertheless new nice no nobody none nor not nothing now nowhere of off often ok okay
old on once one ones only onto or ordinary other others otherwise ought our ours ourselves out outside over own per perhaps
please plus possible possibly put puts quite rather re really said same saw say saying says see seem seems seen self several
shall she should shouldn since so some somebody someone something sometimes somewhere soon sort still such suppose sure take
taken takes taking tell than thank thanks that the their theirs them themselves then there therefore these they thing
things think this those though through throughout thus till to together too took toward towards try trying turns two
under unless unlike until up upon us used useful using usually various very via want wanted wants was wasn way ways we
well went were weren what whatever when whenever where whereas wherever whether which while who whole whom whose why will wish with
within without won wonder wondering wont would wouldn wrong yes yet you your yours yourself
hello hi dear explain describe question answer understand walk show anybody ours people today yesterday tomorrow
dont doesnt didnt isnt arent wasnt cant couldnt wont wouldnt shouldnt hasnt havent thats whats im ive id youre theyre
bit couple guess sense point particular particularly entirely simply basically currently
`);

/** Words that nearly every repository and question hold: weak evidence. */
export const lightWords = wordSet(`
use user call called calls calling work works working worked run runs running ran code file files function functions
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
