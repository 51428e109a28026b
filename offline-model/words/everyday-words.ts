/** Words of everyday talk, technical nowhere: whether a repository holds them tells next to nothing about its subject. */
import { wordStem } from './words.ts';

const spoken = `
accomplish accordingly achieve acknowledge admire admit advice advisable advise afford afternoon afterwards agree aim
allegedly alone altogether amaze amount annoy answer anyhow apart apologise appear appreciate approach argue arise
arrange arrive aside ask asked asking asks assume assumed assumption assure astonish attempted attention avoid awkward
baffled baffling bear beat beforehand beg behave believe belong benefit besides bet bite blame bless blindly blow
blows boring borrow boss bother bought brave breathe brief bring brought bunch burden buy careful carry cautious
caveat celebrate chance chase cheat cite clever climb clue coincidence colleague comfort comfortable company complain
complaint complicated confess confuse confusion consequence consider contrary convenient convince cope correct courage
coworker crap crazy credible cruel curious curse customer damage damn dare dealing dealt decent delight demand deserve
desire despite destroy determine developer differ difference difficult difficulty disagree disappoint disaster discuss
discussion dislike distinguish disturb doubt dozen dramatic drawback dream drive drove dumb eager earn ease easy
effort eight elegant embarrass emphasise encounter encourage endure enemy engineer enjoy enormous ensure entire envy
essential evening eventual eventually everybody evil exactly exaggerate examine excellent excite excuse existing
exists expense explanation extraordinary face fact fair faith famous fancy fascinate fashion favour favourite fear
feel fellow felt fight finally fine folk fond fool forbid forever forget forgive forgot forgotten forth fortunate
fortunately fought fourth frankly frequent friend frighten fun funny furthermore gain gather gentle genuine glad
gladly glance gotcha gotchas gradually grasp grateful grave great greedy grief guarantee guilty guy guys habit halfway
handful happily happy hard hardly harm harsh hasty hate haunt headache hear heard heavily heavy hell hesitate honest
honour hooray hope hoped hopeful hopefully horrible huge humble hundred hunt hurry hurt idea ideally ignorant imagine
impossible impress impression improve incident indicate inevitable inform innocent inquire insist inspire instead
intend intention intentional interest interesting invent investigate involve irritate joke journey joy jump jumped
keen kindly knew knowledge lack lain lately laugh lay lead learn learnt led legitimate lend lesson liar lie lift
likewise lonely lose lost loud love luck luckily lucky mad majority manner marvel matter mature meaning meant meantime
meanwhile meet mention mercy merely mess messy mild mind miracle misbehave miserable mislead mistake misunderstand mix
moment mood moral moreover morning motivation mysterious mystery mystified naive nasty natural naturally nearly neat
necessary nervous nevertheless newbie newcomer nicely night nightmare nine noble nonetheless notice noticed notion
nowadays oblige obliged observe obvious obviously occasion occasionally occur odd odds offend offer onwards opinion
opportunity oppose ordinary ought outcome overall owe owing pain painful patience patient perceive perfect perfectly
personal persuade philosophy pitfall pity pleasant pleasure plenty poor popular practical practically praise pray
precisely prefer presence presumably presume pretend pretty prevent previously probable probably programmer proof
proud prove punish punishes purely puzzle quickly quiet quietly quit quits rare rarely rather rationale reader readers
realise realistic reality reasonable reassure recall recent recently reckon recognise recommend recommendation regard
regardless regret reliable relief relieve reluctant rely remain remainder remark remarkable remember remind repeatedly
reputation rescue resemble respect reviewer rid ridiculous risky roughly rude ruin sad sake sat satisfy scare scary
sensible separately serious seriously seven severe shake shame shock shook short shortly shout sick silly simple
sincere sit sits situation six sleep slept slight slightly slow slowly smart smooth sneaky solution solve somehow
somethings somewhat sorry speak spend spent spite spoil spoke spotted stand stay steady stood straight straightforward
strange stroke strong struggle stubborn stuck stuff stupid subtle succeed sudden suddenly suffer suggest suggestion
suit suitable superb supposedly surely surprise surprising surprisingly surround survive suspect suspicious swear
sweet swim talk talking taste teach team teammate tear tell tempt ten tend terrible thereafter thereby thick third
thorough thought thoughtful thousand threaten throwaway tidy tie tight tiny tired today together told tonight tore
tough tradition treat tremendous trick tricky tried trivial trouble troublesome truly truth twice typical typically
ugly ultimate unable unaware unclear understood unfair unfortunately unhappy unlikely unnecessary unpleasant unusual
upset urge vague vain valuable vast vital wants waste wear weird welcome whenever whole widely wise witness wonder
wondered wonderful worry worse worst worth worthwhile wound
`;

const stems: ReadonlySet<string> = new Set(spoken.trim().split(/\s+/).map(wordStem));

/** Whether a word, in any of its forms, is everyday talk. */
export const isEveryday = (word: string): boolean => stems.has(wordStem(word));
