/** `npm run profiles`: every endpoint, both transports, all of the demo's questions; prints the table and writes it into the docs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOfflineModel } from '../../offline-model/server/server.ts';
import { startTestServer, shareServer, checkout } from '../support/temporal.ts';
import { profiles } from './all.ts';
import { demoQuestions, type Row, runPlain, runProfiles } from './run-profiles.ts';
import { type BothWays, tableOf, withTable } from './table.ts';

const index = mkdtempSync(join(tmpdir(), 'switchyard-profiles-'));
const rows: BothWays[] = [];
{
  await using offline = await startOfflineModel();
  await using temporal = await startTestServer();
  shareServer(temporal);
  const options = { offlineUrl: offline.url, index, questions: demoQuestions };
  const streaming = { ...options, stream: true, expected: await runPlain({ ...options, stream: true }) };
  const inOnePiece = { ...options, stream: false, expected: await runPlain({ ...options, stream: false }) };
  for (const make of profiles) {
    const both = [...(await runProfiles([make()], streaming)), ...(await runProfiles([make()], inOnePiece))];
    const [streamed, whole] = both;
    if (streamed === undefined || whole === undefined) throw new Error('nothing was asked');
    rows.push({ streamed, whole });
    for (const { name, first, later, refused, differences } of both)
      process.stdout.write(`${[`${name}: ${first}, ${later}`, ...refused, ...differences].join('\n  ')}\n`);
  }
}
rmSync(index, { recursive: true, force: true });
const table = tableOf(rows);
const path = join(checkout, 'docs/models.md');
writeFileSync(path, withTable(readFileSync(path, 'utf8'), table));
process.stdout.write(`${table}\n`);
const isGood = ({ same, questions, first, later }: Row) => same === questions && first <= 3 && later === 0;
process.exit(rows.every(({ streamed, whole }) => isGood(streamed) && isGood(whole)) ? 0 : 1);
