/** Opens the folder of a benchmark for the worker: its manifest, its questions with their ground truth, its run log. */
import { cp, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { type Cipher, noCipher } from '../../codecs/cipher.ts';
import { BenchmarkManifest } from '../../contracts/benchmark.ts';
import type { DatasetQuestion } from '../../contracts/dataset.ts';
import { readDataset } from '../../harness/dataset.ts';
import { withRouteKinds } from '../../harness/graders/needed-kinds.ts';
import { RunLogFile } from './run-log-file.ts';
import { messageOf } from '../../lib/errors.ts';
import { replaceFile } from '../../lib/fs.ts';
import { LruMap } from '../../lib/lru.ts';

export type BenchmarkFolder = {
  path: string;
  manifest: BenchmarkManifest;
  questions: readonly DatasetQuestion[];
  byId: ReadonlyMap<string, DatasetQuestion>;
  log: RunLogFile;
  cipher: Cipher;
};

export type BenchmarkFolders = {
  /** @throws ApplicationFailure, not to be tried again, for a folder that is no benchmark's */
  open(id: string): Promise<BenchmarkFolder>;
  /** Reads everything again; first makes the folder out of the template's where there is one and no folder yet. */
  reopen(id: string, template: string | null): Promise<BenchmarkFolder>;
};

/** Where runs are compared as experiments: one dataset, whichever of its questions were chosen. */
export function datasetNameOf({ dataset, wholeDataset }: BenchmarkManifest): string {
  return wholeDataset ?? dataset;
}

/** Questions × variants × trials. */
export function runsOf({ questions, manifest: { variants, trials } }: BenchmarkFolder): number {
  return questions.length * variants.length * trials;
}

/** Folders in memory: more than one benchmark at a time is rare. */
const mostOpen = 4;

type OpenedFolder = { folder: Promise<BenchmarkFolder>; stamp: string };

/** @param pathOf the folder of a benchmark @param cipher encrypts what is written there */
export function benchmarkFolders(pathOf: (id: string) => string, cipher: Cipher = noCipher): BenchmarkFolders {
  const opened = new LruMap<string, OpenedFolder>(mostOpen);
  const open = async (id: string) => {
    const stamp = await stampOf(pathOf(id));
    const held = opened.get(id);
    const { folder } = held?.stamp === stamp ? held : { folder: readFolder(pathOf(id), cipher) };
    opened.set(id, { folder, stamp });
    folder.catch(() => opened.get(id)?.folder === folder && opened.delete(id));
    return folder;
  };
  const reopen = async (id: string, template: string | null) => {
    opened.delete(id);
    if (template !== null) await copyTemplate(pathOf(template), pathOf(id), { id, cipher });
    return open(id);
  };
  return { open, reopen };
}

/** Another one where the folder was deleted and made anew, which another worker may have been told. */
async function stampOf(path: string): Promise<string> {
  const found = await stat(join(path, 'benchmark.json'), { bigint: true }).catch(() => null);
  return found === null ? '' : `${found.dev} ${found.ino} ${found.mtimeNs}`;
}

async function readFolder(path: string, cipher: Cipher): Promise<BenchmarkFolder> {
  try {
    const manifest = BenchmarkManifest.parse(JSON.parse(await readText(join(path, 'benchmark.json'), cipher)));
    const file = join(path, 'dataset.jsonl');
    const pipelines = manifest.variants.map(({ pipeline }) => pipeline);
    const read = readDataset(await readText(file, cipher), file);
    const questions = read.map((question) => withRouteKinds(question, pipelines));
    const byId = new Map(questions.map((question) => [question.id, question]));
    return { path, manifest, questions, byId, cipher, log: new RunLogFile(path, cipher) };
  } catch (error) {
    const reason = messageOf(error);
    throw ApplicationFailure.nonRetryable(
      `${path} is not the folder of a benchmark on the machine of this worker: ${reason}`.slice(0, 1000),
      'BenchmarkUnusable',
    );
  }
}

/** The manifest is written last: a folder with one is whole. */
async function copyTemplate(
  template: string,
  path: string,
  { id, cipher }: { id: string; cipher: Cipher },
): Promise<void> {
  const exists = await stat(join(path, 'benchmark.json')).then(
    () => true,
    () => false,
  );
  if (exists) return;
  await mkdir(path, { recursive: true, mode: 0o700 });
  await cp(join(template, 'dataset.jsonl'), join(path, 'dataset.jsonl'));
  const manifest = JSON.parse(await readText(join(template, 'benchmark.json'), cipher)) as object;
  const own = { ...manifest, id, startedAt: new Date().toISOString() };
  const text = Buffer.from(`${JSON.stringify(own, null, 2)}\n`, 'utf8');
  await replaceFile(join(path, 'benchmark.json'), cipher.seal(text));
}

async function readText(file: string, cipher: Cipher): Promise<string> {
  return Buffer.from(cipher.open(await readFile(file))).toString('utf8');
}
