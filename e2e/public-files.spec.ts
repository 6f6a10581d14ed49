import { expect, test } from './fixtures.ts';

test('browsers find the icons, and crawlers that nothing here is for them', async ({ desk, request }) => {
  const files: [path: string, type: RegExp][] = [
    ['favicon.ico', /^image\//],
    ['favicon.svg', /^image\/svg\+xml/],
    ['apple-touch-icon.png', /^image\/png/],
    ['social.png', /^image\/png/],
    ['robots.txt', /^text\/plain/],
  ];
  for (const [path, type] of files) {
    const answer = await request.get(`${desk.origin}/${path}`);
    expect(answer.status(), path).toBe(200);
    expect(answer.headers()['content-type'], path).toMatch(type);
  }
  expect(await (await request.get(`${desk.origin}/robots.txt`)).text()).toContain('Disallow: /');
});
