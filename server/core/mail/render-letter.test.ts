import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderLetter } from '#server/core/mail/render-letter.ts';

const letter = {
  to: 'ada@example.com',
  subject: 'Choose a new password',
  lines: ['Hello <b>Ada</b> & co,', 'Somebody asked for this.'],
  action: { label: 'Choose a password', url: 'https://desk.example/reset#code=a&b="c"' },
  after: ['It works for 24 hours.'],
};

test('text and HTML say the same, in the same order', () => {
  const { text, html } = renderLetter(letter, 'https://desk.example');
  const said = html.replace(/<title>.*<\/title>/, '').replace(/<[^>]+>/g, ' ');
  for (const words of ['Somebody asked for this.', 'Choose a password', 'It works for 24 hours.']) {
    assert.ok(text.includes(words), words);
    assert.ok(said.includes(words), words);
  }
  assert.match(text, /asked for this\.\n\nChoose a password:\nhttps:.*\n\nIt works/);
});

test('what people wrote is text in the HTML, never markup', () => {
  const { html } = renderLetter(letter, 'https://desk.example');
  assert.ok(html.includes('Hello &lt;b&gt;Ada&lt;/b&gt; &amp; co,'));
  assert.ok(html.includes('href="https://desk.example/reset#code=a&amp;b=&quot;c&quot;"'));
});

test('reading a mail fetches nothing', () => {
  const { html } = renderLetter(letter, 'https://desk.example');
  assert.doesNotMatch(html, /<(img|link|script|style|iframe)|url\(|@import|\bsrc=/i);
});
