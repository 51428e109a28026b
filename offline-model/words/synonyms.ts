/** Words that stand for each other in talk about programs. */
import { wordStem } from './words.ts';

/** One line, one group. */
const groups = `
delete remove drop unregister discard
error exception failure fail throw crash abort
argument parameter arg param
option setting config configuration configure preference flag
start boot startup launch bootstrap
stop shutdown terminate close exit
create make build generate construct produce
function method callback
listen bind
send write emit
licence license
maximum max limit cap
minimum min
timeout deadline expire
doc docs documentation guide
order precedence priority sequence
dependency dependencies
folder directory dir
asynchronous async
synchronous sync
authentication auth
authorization auth
string str text
boolean bool
number num integer
environment env
command cmd
request req
response reply res
message msg
development dev
production prod
middleware hook
skip ignore omit bypass
allow permit accept
deny refuse reject forbid disallow
merge combine join
split divide separate
copy clone duplicate
override overwrite replace
convert transform coerce cast
validate validation check verify
schema schemas
log logging logger print
cheap fast performance efficient
slow performance
choose select pick
wrap enclose
default builtin fallback
quiet silent
hide conceal
rename alias
recursive recursively nested inner child sub
identifier id
initialize init initialise
information info
specification spec
reference ref
attribute attr
property prop properties field key
previous prev
increment counter
piece chunk part
wait await block
route path endpoint
retry reattempt
plugin extension
owner maintainer author copyright
upgrade migrate migration
deprecated obsolete
require need must
outer parent enclosing
prepend prefix
append suffix
busy used occupied
punish penalty penalise penalize
harden secure protect sanitize escape
attempt try tries tried
candidate possible
display show render
mount attach
unmount detach
infinite endless forever
duplicate twice repeated double
hang stuck block
stale outdated old
fetch retrieve get obtain
store save persist
weigh weight
upstream backend
guard protect
count number amount
quota limit
begin start first
finish end complete done
empty blank
unknown unrecognised unrecognized
invalid illegal malformed
size length bytes
interval period
delay wait pause sleep
concurrent parallel simultaneous
refactor rewrite
switch toggle
forward proxy relay
notify emit inform
safe secure
corrupt broken damaged
supply provide ship deliver
bundle bundled include
`;

function synonymTable(): ReadonlyMap<string, ReadonlySet<string>> {
  const table = new Map<string, Set<string>>();
  for (const line of groups.trim().split('\n')) {
    const group = [...new Set(line.split(' ').map(wordStem))];
    for (const stem of group) {
      const others = table.get(stem) ?? new Set<string>();
      for (const other of group) if (other !== stem) others.add(other);
      table.set(stem, others);
    }
  }
  return table;
}

const table = synonymTable();

/** Stems that say nearly the same as this one. */
export const synonymsOf = (stem: string): readonly string[] => [...(table.get(stem) ?? [])];
