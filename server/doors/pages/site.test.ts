import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ownPages } from '#components/frame/own-pages.ts';
import { deskPages, pagesFor } from '#components/frame/pages.ts';
import { rolePermissions } from '#server/core/access/permissions.ts';
import { roles } from '#server/core/access/schema.ts';
import { pageAccess } from '#server/doors/pages/site.ts';

const app = fileURLToPath(new URL('../../../app/', import.meta.url));

/** The paths that Next makes pages of; a folder in parentheses is no part of one. */
const built = globSync('**/page.tsx', { cwd: app }).map(
  (file) => `/${file.replace(/\([^)]+\)\//g, '').replace(/\/?page\.tsx$/, '')}`,
);
const offered = [...deskPages, ...ownPages];

for (const role of roles) {
  test(`the menus offer the role ${role} what the server lets it open, and nothing else`, () => {
    const held = rolePermissions[role];
    const shown = new Set(pagesFor(offered, [...held]));
    for (const page of offered) {
      const access = pageAccess(page.href);
      const isOpen =
        access !== undefined && (access === 'anyone' || access === 'signed-in' || held.has(access as never));
      assert.equal(shown.has(page), isOpen, page.href);
    }
  });
}

test('what is not built is not offered, and what is built has somebody who may see it', () => {
  for (const { href } of offered) assert.ok(built.includes(href), href);
  // What is sent in place of another page has no address.
  const inPlace = ['/forbidden', '/already', '/passwordless'];
  const own = built.filter((path) => !inPlace.includes(path));
  for (const path of own) assert.ok(pageAccess(path), path);
});
