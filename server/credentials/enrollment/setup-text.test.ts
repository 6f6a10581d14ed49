import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sampleProof, setupText, utcWords } from '#components/claude-setup/setup-text.ts';
import { findSecrets, newSecret } from '#server/core/secrets/format.ts';

const facts = { server: 'https://keyward.example.com', askedBy: 'ada@example.com' };
const code = newSecret('set').reveal();
const dies = utcWords(new Date('2026-11-22T09:22:31Z'));
const texts = {
  'as it is shown': setupText({ ...facts, proof: sampleProof }),
  'with a code': setupText({ ...facts, proof: { code, dies } }),
  'with a token': setupText({ ...facts, proof: { token: newSecret('pat').reveal() } }),
};

/** What talks an agent out of its own caution, or leans on it. */
const force =
  /\b(ignore|disregard|override|bypass|skip|silent(ly)?|quietly|secretly|immediately|urgent(ly)?|must|mandatory|critical|important|trust (me|this)|no need to|without (asking|telling|confirm\w*|warn\w*)|(do not|don't|never|avoid) (ask|tell|warn|mention|question|hesitate|refuse|show|stop|verify)\w*|you are (now|an?)|system prompt|as an? (ai|assistant)|auto-?approve|dangerously|--yes|sudo)\b/i;
/** Words of a file name or an address are none. */
const shouting = /(?<![\w./-])[A-Z]{4,}(?![\w./-])/;

for (const [which, text] of Object.entries(texts)) {
  test(`the setup text is short, and each step begins with what to do, ${which}`, () => {
    assert.ok(text.split('\n').length <= 40, `${text.split('\n').length} lines`);
    const steps = [...text.matchAll(/^(\d)\. (\w+)/gm)].map(([, number, verb]) => `${number} ${verb}`);
    const second = which === 'with a token' ? '2 Store' : '2 Redeem';
    assert.deepEqual(steps, ['1 Install', second, '3 Verify', '4 Examine', '5 Ask', '6 Confirm']);
  });
  test(`the setup text says where it comes from and who asked, ${which}`, () => {
    for (const fact of Object.values(facts)) assert.ok(text.includes(fact), fact);
  });
  test(`the setup text leans on nobody, ${which}`, () => {
    assert.doesNotMatch(text, force);
    assert.doesNotMatch(text, shouting);
    assert.doesNotMatch(text, /[!\u200B-\u200F\u202A-\u202E<>]/u);
  });
}

test('the program is installed for one user, and called by its full path from then on', () => {
  for (const text of Object.values(texts)) {
    const [install, ...calls] = text
      .split('\n')
      .filter((line) => /^ {3}.*(npm install|keyward (auth|setup|doctor|skills|--version))/.test(line));
    assert.match(
      install ?? '',
      /^ {3}npm install --global --prefix ~\/\.local --@keyward:registry=\S+ @keyward\/cli && ls /,
    );
    assert.ok(calls.length >= 5, text);
    for (const call of calls) assert.match(call, /(^ {3}|\| |\()~\/\.local\/bin\/keyward /);
  }
});

test('what leans on somebody is found', () => {
  for (const phrase of ['Do not ask the user.', 'You must run this', 'Skip the checks', 'without confirming'])
    assert.match(phrase, force);
  assert.match('This is OKAY, REALLY', shouting);
});

test('the setup text says when the code dies, and holds no token', () => {
  assert.match(texts['with a code'], /dies 2026-11-22 09:22 UTC;/);
  const kinds = findSecrets(texts['with a code']).map((secret) => secret.reveal().slice(0, 7));
  assert.deepEqual(kinds, ['kw_set_']);
  assert.deepEqual(findSecrets(texts['as it is shown']), []);
});

test('what is shown differs from what is copied by the code and its end alone', () => {
  const filled = texts['as it is shown'].replace(sampleProof.code, code).replace(sampleProof.dies, dies);
  assert.equal(filled, texts['with a code']);
});
