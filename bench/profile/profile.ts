/** `npm run bench:profile`: where each millisecond of a question goes. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkoutFolder } from '../../config/load-config.ts';
import { commitOf, openWorld } from '../peers/systems/world.ts';
import { profileText } from './profile-text.ts';
import { runProfile } from './run-profile.ts';
import { readOptions } from '../support/bench-options.ts';

const values = readOptions(
  'npm run bench:profile --',
  'Shows where each millisecond of a question goes: CPU by function, allocations, bytes.',
  {
    questions: { type: 'number', default: 40, about: 'questions that are asked' },
    checkout: {
      type: 'string',
      value: 'path',
      default: checkoutFolder,
      about: 'the checkout of Switchyard to measure',
    },
    out: { type: 'string', value: 'folder', default: join(checkoutFolder, 'runs/profile'), about: 'for the report' },
  },
);
const say = (text: string) => process.stderr.write(`${text}\n`);
const checkout = resolve(values.checkout);
await using world = await openWorld({ checkout, beside: null, settings: {}, repository: null, say });
const profile = { ...(await runProfile(world, values.questions, say)), commit: commitOf(checkout) };
const out = resolve(values.out);
mkdirSync(out, { recursive: true });
writeFileSync(join(out, 'profile.json'), `${JSON.stringify(profile, null, 2)}\n`);
writeFileSync(join(out, 'profile.md'), profileText(profile));
process.stdout.write(`${profileText(profile)}\n`);
say(`also in ${join(out, 'profile.md')}`);
