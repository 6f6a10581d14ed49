import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { findSecretTexts } from '#server/core/secrets/schema.ts';
import { openCommandLine } from '#server/testing/command-line.ts';

/** What would ask an agent to lay its own judgement aside, or would read like it. */
const pushing =
  /ignore (all|any|previous)|do not (warn|ask|tell|mention)|don't (warn|ask|tell|mention)|without asking|always run|you must|important:|system prompt|secretly/i;

const folder = new URL('skills/', import.meta.url);
const skills = readdirSync(folder).map((file) => ({
  name: file.replace('.md', ''),
  text: readFileSync(new URL(file, folder), 'utf8'),
}));

test('each text is handed out, says by itself what it is for, and is found from the first', async () => {
  using line = openCommandLine();
  const listed = (await line.run('skills list --json')).json as unknown as { name: string }[];
  assert.deepEqual(listed.map(({ name }) => name).toSorted(), skills.map(({ name }) => name).toSorted());
  const first = skills.find(({ name }) => name === 'keyward');
  for (const { name, text } of skills) {
    assert.match(text, /^---\nname: [a-z-]+\ndescription: .{40,}\n---\n\n# /, name);
    assert.ok(name === 'keyward' || first?.text.includes(`(${name}.md)`), name);
  }
});

for (const { name, text } of skills) {
  test(`"${name}" is plain fact: nothing pushes, nothing is hidden, nothing looks like a token`, () => {
    assert.doesNotMatch(text, pushing);
    assert.doesNotMatch(text, /(?<!%)\b[A-Z]{5,}\b/);
    assert.doesNotMatch(text, /<!--|\p{Cf}|[^\P{Cc}\n]/u);
    assert.deepEqual(findSecretTexts(text), []);
    for (const [url] of text.matchAll(/https?:\/\/[^\s)`<|"]+/g))
      assert.match(url, /^https:\/\/keyward\.example\.com/);
  });
}

test('every command that the texts name is there, with its options', async () => {
  using line = openCommandLine();
  const { stdout } = await line.run('completion bash');
  const places = [...stdout.matchAll(/^ *'([a-z -]+)'\) commands='([^']*)' options='([^']*)'/gm)];
  const optionsOf = new Map(places.map(([, path = '', , options = '']) => [path, options.split(' ')]));
  const whole = new Set(places.filter(([, , commands]) => commands === '').map(([, path]) => path));
  const named = skills.flatMap(({ text }) => [...text.matchAll(/(?<=^|[`|] ?)keyward ([a-z][^`|<\n]*)/gm)]);
  assert.ok(named.length > 20, String(named.length));
  for (const [, rest = ''] of named) {
    const words = rest.trim().split(/\s+/);
    const paths = [3, 2, 1].map((length) => words.slice(0, length).join(' '));
    const path = paths.find((path) => optionsOf.has(path)) ?? '';
    assert.ok(whole.has(path) || path === rest.trim(), `There is no "keyward ${rest}".`);
    for (const option of words.filter((word) => word.startsWith('--')))
      assert.ok(optionsOf.get(path)?.includes(option), `${path} ${option}`);
  }
});
