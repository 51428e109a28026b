import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { createCipher, type EncryptionKey, isSealed, keyIdOf, noCipher } from '../../codecs/cipher.ts';
import { EncryptedDataDamaged, EncryptionKeyUnknown } from '../../codecs/failures.ts';
import { compressionCodec, encryptionCodec } from '../../codecs/payload-codec.ts';
import { openLine, sealLine } from '../../codecs/sealed-line.ts';
import { readKeyFile } from '../../config/key-file.ts';
import { temporaryFolder } from '../client/run-command.ts';

const keyNamed = (id: string): EncryptionKey => ({ id, bytes: randomBytes(32) });
const [first, second] = [keyNamed('2026-01'), keyNamed('2026-02')];
const cipher = createCipher([first]);
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

test('what is sealed opens to the same bytes, of any length, and never reads the same twice', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (bytes, isPacked) => {
      const sealed = cipher.seal(bytes, isPacked);
      assert.ok(isSealed(sealed));
      assert.deepEqual(Buffer.from(cipher.open(sealed)), Buffer.from(bytes));
      assert.notDeepEqual(sealed, cipher.seal(bytes, isPacked));
    }),
  );
});

test('a rotated key reads what the older one encrypted, and encrypts with its own', () => {
  const rotated = createCipher([second, first]);
  assert.equal(text(rotated.open(cipher.seal(Buffer.from('a question')))), 'a question');
  assert.equal(keyIdOf(rotated.seal(Buffer.from('another'))), '2026-02');
});

test('an unknown key, a wrong key of the same id and any changed byte are refused by name', () => {
  const sealed = cipher.seal(Buffer.from('a question'));
  assert.throws(() => createCipher([second]).open(sealed), EncryptionKeyUnknown);
  assert.throws(() => noCipher.open(sealed), /key "2026-01".*SWITCHYARD_ENCRYPTION_KEYS/);
  assert.throws(() => createCipher([{ ...second, id: first.id }]).open(sealed), EncryptedDataDamaged);
  for (let at = 4; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => cipher.open(changed), /SWITCHYARD_ENCRYPTION_KEYS/, `byte ${at}`);
    if (at > 7) assert.throws(() => cipher.open(sealed.subarray(0, at)), /SWITCHYARD_ENCRYPTION_KEYS/, `${at} bytes`);
  }
});

test('what was stored in the clear is read as it is, and without keys nothing changes', () => {
  const clear = Buffer.from('{"a":1}');
  assert.equal(cipher.open(clear), clear);
  assert.equal(noCipher.seal(clear), clear);
});

test('text is compressed before it is encrypted, but not a few words, and not what is compressed already', () => {
  const long = Buffer.from('the same words again and again. '.repeat(200));
  assert.ok(cipher.seal(long).length < long.length / 10);
  assert.ok(cipher.seal(long, true).length > long.length);
  const short = Buffer.from('ab'.repeat(100));
  assert.ok(cipher.seal(short).length > short.length);
});

test('payloads go to the wire encrypted with the id of the key, and come back as they were', async () => {
  const codec = encryptionCodec(cipher);
  const payload = { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('"a question"') };
  const [wire = {}] = await codec.encode([payload]);
  assert.equal(text(wire.metadata?.encoding ?? Buffer.from('')), 'binary/encrypted');
  assert.equal(text(wire.metadata?.['encryption-key-id'] ?? Buffer.from('')), '2026-01');
  assert.ok(!text(wire.data ?? Buffer.from('')).includes('question'));
  const [back] = await codec.decode([wire]);
  assert.deepEqual(
    [text(back?.data ?? Buffer.from('')), text(back?.metadata?.encoding ?? Buffer.from(''))],
    ['"a question"', 'json/plain'],
  );
  assert.deepEqual(await codec.decode([payload]), [payload], 'an older run is not encrypted');
  assert.deepEqual(await codec.encode([]), []);
});

test('compression alone takes payloads that become smaller, and gives them back', async () => {
  const payload = (data: string) => ({ metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from(data) });
  const [long, short] = [payload(JSON.stringify('words '.repeat(500))), payload('"few"')];
  const [packed = {}, same] = await compressionCodec.encode([long, short]);
  assert.ok((packed.data?.length ?? 0) < long.data.length / 10);
  assert.equal(same, short);
  const [back] = await compressionCodec.decode([packed]);
  assert.deepEqual(Buffer.from(back?.data ?? []), long.data);
});

test('a line keeps the fields that it is found by, and is one line', () => {
  const line = sealLine('{"question":"a\\nb"}', { question_id: 'q1' }, cipher);
  assert.ok(!line.includes('\n') && !line.includes('a\\nb') && line.includes('"question_id":"q1"'));
  assert.equal(openLine(line, cipher), '{"question":"a\\nb"}');
  assert.throws(() => openLine(line.slice(0, 60), cipher), EncryptedDataDamaged);
  assert.equal(sealLine('{}', {}, noCipher), '{}');
});

test('a file of keys is read with every mistake named, never what stands in the line', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'keys');
  const key = randomBytes(32).toString('base64');
  const read = (content: string, mode = 0o600) => {
    writeFileSync(file, content);
    chmodSync(file, mode);
    return readKeyFile(file);
  };
  assert.deepEqual(
    read(`# of January\n2026-01 ${key}\n\n`).keys.map(({ id }) => id),
    ['2026-01'],
  );
  const { mistakes } = read(`a ${key}\na ${key}\nshort c2VjcmV0\nno id at all\n`);
  assert.equal(mistakes.length, 3);
  for (const mistake of mistakes) assert.match(mistake, /^SWITCHYARD_ENCRYPTION_KEYS: .*keys:[234]: /);
  assert.ok(!mistakes.join().includes('c2VjcmV0') && !mistakes.join().includes(key));
  assert.match(read('\n').mistakes.join(), /switchyard keys new/);
  assert.match(read(`a ${key}\n`, 0o640).mistakes.join(), /chmod 600/);
  assert.match(readKeyFile(join(folder.path, 'none')).mistakes.join(), /no such file/);
});
