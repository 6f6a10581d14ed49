import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPermissions, roles, type Role } from '#server/core/access/schema.ts';
import type { Meta } from '#server/core/procedures/builders.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import { accessTable, type Who } from '#server/testing/access-table.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

interface Definition {
  type: string;
  meta?: Meta;
  output?: unknown;
}
const procedures = new Map(
  Object.entries(appRouter._def.procedures as unknown as Record<string, { _def: Definition }>).map(
    ([name, { _def }]) => [name, _def],
  ),
);

test('every procedure has its row in the access table, and says the same of itself', () => {
  assert.deepEqual([...procedures.keys()].toSorted(), Object.keys(accessTable).toSorted());
  for (const [name, row] of Object.entries(accessTable)) {
    const definition = procedures.get(name);
    assert.equal(definition?.type, row.type, name);
    assert.equal(definition?.meta?.access, row.permission, name);
    assert.equal(definition?.meta?.sessionOnly ?? false, !row.token, name);
    assert.equal(definition?.meta?.fresh, row.fresh, name);
    assert.ok(definition?.output, `${name} has no output schema`);
  }
});

/** Past the door an unacceptable input is refused as such (or, where nothing is asked for, the call succeeds). */
const gotIn = (code: string) => !['unauthenticated', 'permission_denied', 'session_required'].includes(code);

async function codeOf(desk: Desk, name: string, who: { cookie?: string; token?: string }): Promise<string> {
  const bad = { neverAField: true };
  const answer =
    accessTable[name]?.type !== 'mutation'
      ? await desk.send(`GET /trpc/${name}?input=${encodeURIComponent(JSON.stringify(bad))}`, who)
      : await desk.send(`POST /trpc/${name}`, { ...who, body: bad });
  return answer.problem?.code ?? 'ok';
}

/** Someone of each role, each with a token that was granted `*`. */
async function openRoles(desk: Desk): Promise<Map<Role, { cookie: string; token: string }>> {
  const people = new Map<Role, { cookie: string; token: string }>();
  for (const role of roles) {
    const person = await desk.join(`A${role}`, role === 'viewer' ? 'member' : role);
    const { token } = await person.createToken({ name: 'all' });
    await desk.ada.send(`PATCH /api/v1/users/${person.id}`, { body: { role } });
    people.set(role, { cookie: person.cookie, token });
  }
  return people;
}

const order: Who[] = ['anonymous', ...roles, 'platform'];
const isHigh = (who: Who, { from }: { from: Who }) => order.indexOf(who) >= order.indexOf(from);

test('each role gets in where the table says, and nowhere else', async (t) => {
  await using desk = await openDesk();
  const people = await openRoles(desk);
  for (const [name, row] of Object.entries(accessTable))
    for (const who of ['anonymous', ...roles] as const)
      await t.test(`${name} by ${who}`, async () => {
        const cookie = who === 'anonymous' ? undefined : people.get(who)?.cookie;
        const code = await codeOf(desk, name, { ...(cookie && { cookie }) });
        assert.equal(gotIn(code), isHigh(who, row), code);
        if (!isHigh(who, row))
          assert.equal(code, who === 'anonymous' ? 'unauthenticated' : 'permission_denied');
      });
});

test('a token of each role gets in where the table says, and nowhere else', async (t) => {
  await using desk = await openDesk();
  const people = await openRoles(desk);
  for (const [name, row] of Object.entries(accessTable))
    for (const role of roles)
      await t.test(`${name} by a token of ${role}`, async () => {
        const code = await codeOf(desk, name, { token: people.get(role)?.token ?? '' });
        assert.equal(gotIn(code), isHigh(role, row) && row.token, code);
        if (!row.token) assert.equal(code, 'session_required');
      });
});

test('who looks after the tenants gets in everywhere, and their token wherever one does', async (t) => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'all' });
  for (const [name, row] of Object.entries(accessTable))
    await t.test(name, async () => {
      assert.ok(gotIn(await codeOf(desk, name, { cookie: desk.ada.cookie })));
      assert.equal(gotIn(await codeOf(desk, name, { token })), row.token);
    });
});

test('a key gets in where the table says, with all that a key may hold, and as no person anywhere else', async (t) => {
  await using desk = await openDesk();
  const whole = await desk.ada.createKey({ name: 'whole', permissions: [...keyPermissions] });
  const none = await desk.ada.createKey({ name: 'none', permissions: ['usage:write'] });
  for (const [name, row] of Object.entries(accessTable)) {
    const open = row.permission === 'anyone' || row.permission === 'signed-in';
    await t.test(`${name} by a key`, async () => {
      const code = await codeOf(desk, name, whole);
      assert.equal(gotIn(code), row.key ?? false, code);
      if (!row.key) assert.equal(code, 'session_required');
    });
    if (!row.key) continue;
    await t.test(`${name} by a key that was not granted it`, async () => {
      const code = await codeOf(desk, name, none);
      assert.equal(gotIn(code), open, code);
      if (!open) assert.equal(code, 'permission_denied');
    });
  }
});

test('a token that was granted one permission gets in where that one is asked for only', async (t) => {
  await using desk = await openDesk();
  for (const permission of [
    'tokens:read',
    'tokens:revoke',
    'tokens:write',
    'users:read',
    'users:write',
  ] as const) {
    const { token } = await desk.ada.createToken({ name: permission, permissions: [permission] });
    for (const [name, row] of Object.entries(accessTable)) {
      const open = row.permission === 'anyone' || row.permission === 'signed-in';
      await t.test(`${name} by ${permission}`, async () => {
        assert.equal(
          gotIn(await codeOf(desk, name, { token })),
          row.token && (open || row.permission === permission),
        );
      });
    }
  }
});

test('no answer of any procedure has a field that is named like a secret, but for those that show a new token', () => {
  const fields = new Set<string>();
  const visit = (schema: unknown): void => {
    const shape = (schema as { shape?: Record<string, unknown> } | undefined)?.shape;
    for (const [name, field] of Object.entries(shape ?? {})) {
      fields.add(name);
      const inner = field as { def?: { innerType?: unknown; element?: unknown } };
      visit(field);
      visit(inner.def?.innerType);
      visit(inner.def?.element);
    }
  };
  for (const definition of procedures.values()) visit(definition.output);
  const suspicious = [...fields].filter((name) => /hash|secret|password|cookie|token$/i.test(name));
  assert.deepEqual(suspicious.toSorted(), ['secret', 'token']);
});
