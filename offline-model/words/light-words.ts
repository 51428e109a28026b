/** Words that say little of what a question is about: weak evidence where they stand, and none where they do not. */
import { wordStem } from './words.ts';

/** Words that nearly every repository and question hold. */
const common = `
use user help available call called calls calling work works working worked run runs running ran code file files function functions
method methods option options value values object objects class package packages library module project repo
repository codebase app application thing case cases example examples way default defaults set sets setting settings
type types name names named number first third last next part parts return returns returned add adds added
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
`;

/** What people say who analyse code, and what the code itself seldom says. */
const analytic = `
accurate achieve across adapt affect analysis analyse approach appropriate architecture architectural aspect automatic
aware based behavioural capability characteristic codebase compare compose composition comprise concept conceptual
concern condition conditional consequence consist consistent consistency constrain constraint contain control
coordinate criteria degrade delegate delegation demonstrate derive design designate determine determination
differentiate direct directly distinct distinction distribute distribution dual dynamic effect efficient efficiency
eliminate employ enable encounter enforce ensure establish evident evolve execute execution explicit facilitate factor
flow framework frequent fundamental generic govern guarantee handle hierarchy identify immediate impact imply
implication impose inconsistent include incorporate independent indicate inefficient influence inherent initial
integrate integration intend interact interaction interplay introduce issue leverage logic logical maintain manage
management manner mechanism methodology mitigate multiple necessary necessitate obtain occur operate operation outcome
overall overhead paradigm perform performance perspective portion potential practice precise preserve prevent primary
principle prior procedure propagate propagation proper purpose pure rationale reduce reflect regard relate relationship
relevant rely remain represent representation require requirement respective responsible responsibility role scenario
semantic serve significance significant similar simultaneous strategy structure structural subsequent sufficient
tradeoff transition trigger typical ultimate underlying uniform utilise utilize various vary
`;

const stems: ReadonlySet<string> = new Set(`${common} ${analytic}`.trim().split(/\s+/).map(wordStem));

/** Whether a word, in any of its forms, says little. */
export const isLight = (word: string): boolean => stems.has(wordStem(word));
