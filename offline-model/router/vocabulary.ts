/** Word lists that tell what a question speaks of: software, a project's people, a machine, or everyday life. */

import { stemWord } from './word-stem.ts';

/** Lower-case words, separated by blanks. Any inflection counts, since both sides are stemmed. */
const wordLists = {
  technical: `address agent algorithm alert api app application archive argument array async attribute audio axis
    backend backtrace backup balance batch benchmark binary binding bit boolean branch browser bucket buffer build
    button byte cache callback camera certificate channel chart checkout checkpoint cipher class cli client clock
    cluster code collection column command commit compile compiler component compress concurrent config configure
    connection console constant container context controller cookie core cpu crash crawl css cuda cursor dashboard
    data database dataset deadlock debug decode default dependency deploy desktop detector device directory disk
    docker document domain driver eager encode endpoint engine environment error event exception executor export
    expression extension field file filter flag folder font format frame framework function gateway generator git
    gpu grammar graph grid handler hash header heap hook host html http image implementation import index input
    install instance integer interface iterator job joint json kernel key keyboard label latency layer layout lazy
    library linter linux list listener load loader local lock log login loop lsp macos macro map markdown mask
    matrix memory menu merge message metadata metric middleware migration mobile modal mode model module mount
    mutex namespace network node null object offset operator option order orm output package packet parallel
    parameter parse parser partition password path pattern payload permission pipeline pixel plugin pod pointer
    policy pool port prefix prefetch process processor profile prompt property protocol proxy query queue ram
    record recursive reference region registry release remote render replica request resize resource response
    restart retry role root route router row rule run runtime sample schema scheduler scope script sdk search
    segment sensor serialise server service session setting shader signal snapshot socket sort source sprite sql
    stack state statement static storage store stream string struct style subscription suite symbol sync syntax
    system table tag target task template terminal test text texture thread throughput tile timeout timestamp
    token tool tooltip trace training transaction tree trigger type ui unit upload url user validate value
    variable vector virtual volume watermark web webhook websocket widget window worker workflow workspace write
    yaml chunk codec compaction completion compression consumer deprecated directive dump editor encryption fixture
    gateway hostname integration keybinding locale monorepo normalizer pagination permalink preset producer provider
    proxy quota rate redirect regex renderer replica retention runner sandbox scheduler shell spreadsheet
    subcommand subdomain synchronous tenant timezone tls upstream vault`,
  project: `adopt adoption audit audience author blog bounty chat citation cite cla company community conference
    contact contribute contributor contribution copyright developer discord discussion donate download enterprise
    event fork forum founder founded fund history industry internship interview journalist licence license logo
    maintain maintainer mascot meet meetup member mentor name newsletter official organisation owner paper
    partnership people plan popular price pricing priority production recommend roadmap salary slack sponsor star
    story student talk team thesis trademark twitter vendor volunteer who whom`,
  everyday: `afternoon animal autumn birthday book boss breakfast car card career cat child christmas city
    colleague cook cooking country course dinner dog dream eat egg english evening family film food football
    french friend garden german gift happy health holiday home house hungry job joke kitchen language laptop learn
    letter life lunch mail manager money moon morning mother movie music night office party person phone plant
    poem president programming rain recipe relax restaurant school sleep slogan song spanish sport spring startup
    stress student summer sun teacher teammate tired today tomorrow tonight travel university vacation weather
    weekend winter work world yesterday young baby bake bread
    brother cinema coffee doctor driving exam flight guitar hotel island king luck marry math meal neighbour parent
    pet planet queen river salad sea shirt singer sister soup tea tip war wedding
    wine winner`,
  breakage: `abort bad black blank broken bug cease close closed complain corrupt crash damage dead delay deny
    destroy die different disappear disconnect double doubled drift drop dropped empty error exceed exceeded
    explode fail failing failure fatal fault fell flicker forbidden freeze garbage glitch gone half hang hidden
    ignored incorrect infinite intermittent invalid jitter killed lag leak lost mangled mismatch miss missing
    negative nothing odd off outdated overlap panic permanently problem problematic random reboot refuse
    regression reject repeatedly reset respond segfault shift silently skip slow slower spin stale stall strange
    stuck suddenly terminate timeout truncate twice unable unavailable undefined unexpected unhandled unknown
    unresponsive unusable vanish weird worse wrong yesterday zero`,
  internals: `abstraction accept acquire algorithm allocate append assemble assert base branch bubble buffer byte
    call callback caller carry check class codebase combine compute condition consume convert copy count
    coordinate debounce decide declare decode deduplicate defer define delegate depend detect dispatch draw emit
    encode enqueue evict expose fetch field file filter flow flush formula function guard handle handler hierarchy
    hold implement inherit initialise inject insert instance instantiate interface internal internally invariant
    invoke iterator keep layout listen lock logic lookup loop manage match merge method mixin module mutate mutex
    normalise object order override owner owning parse pass persist pick propagate protect push queue race raise
    read receive register release represent resolve return reuse schedule scope score send serialise signature
    sort split state step store struct structure subclass tear throw thread touch track transform translate
    traverse trigger type update validate variable verify visit visitor wrap write`,
  usage: `add advice allow available basic beginner best build change choose combine compatible compile concept
    configuration configure connect cover create custom customise default deploy describe description design
    diagram disable docs document documentation edit enable environment example exclude existing explain export
    flag guidance guide handbook hardware host howto instruction integrate integration intended install
    introduction layout limit link list locally manual meaning migrate migration minimal mode need option overview
    own override package page path plain platform possible practice prefer prefix procedure project proper public
    readme recommend reference require requirement run sample section secure set setting setup sign site sketch
    specify start started step suggest support supported switch syntax target template term theme tutorial typical
    update upgrade usage use user usual value version way write`,
  platform: `android arch arm aws azure browser centos chrome debian desktop docker edge fedora firefox gpu helm
    homebrew ios iphone kubernetes linux mac macos nginx npm pip proxmox python raspberry riscv safari ubuntu
    version windows wsl`,
} as const;

/** Counts above this are not told apart. */
const highestCount = 4;

const stemLists = Object.entries(wordLists).map(
  ([list, words]) => [list, new Set(words.trim().split(/\s+/u).map(stemWord))] as const,
);

/**
 * How many distinct words of each list a question uses, as features that add up: three words give `usage1`, `usage2`
 * and `usage3`.
 */
export function vocabularyCounts(stems: readonly string[]): string[] {
  const distinct = [...new Set(stems)];
  return stemLists.flatMap(([list, members]) => {
    const count = distinct.filter((stem) => members.has(stem) || (list === 'technical' && stem.startsWith('<'))).length;
    return Array.from({ length: Math.min(highestCount, count) }, (_, index) => `${list}${index + 1}`);
  });
}
