/** `npm run bench:profile`: where each millisecond of a question goes, CPU by function, allocations, bytes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkoutFolder } from '../../config/load-config.ts';
import { commitOf, openWorld } from '../peers/systems/world.ts';
import { profileText } from './profile-text.ts';
import { runProfile } from './run-profile.ts';

const { values } = parseArgs({
  options: {
    questions: { type: 'string', default: '40' },
    /** Another checkout of Switchyard. */
    checkout: { type: 'string', default: checkoutFolder },
    out: { type: 'string', default: join(checkoutFolder, 'runs/profile') },
  },
});
const say = (text: string) => process.stderr.write(`${text}\n`);
const checkout = resolve(values.checkout);
await using world = await openWorld({ checkout, beside: null, settings: {}, repository: null, say });
const profile = { ...(await runProfile(world, Number(values.questions), say)), commit: commitOf(checkout) };
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'profile.json'), `${JSON.stringify(profile, null, 2)}\n`);
writeFileSync(join(out, 'profile.md'), profileText(profile));
process.stdout.write(`${profileText(profile)}\n`);
say(`also in ${join(out, 'profile.md')}`);
