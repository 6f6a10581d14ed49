import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyPermissions, roles, type Permission, type Role } from '#server/core/access/schema.ts';
import type { Meta } from '#server/core/procedures/builders.ts';
import { appRouter } from '#server/doors/trpc/app-router.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';

/** `platform`: an admin who looks after the tenants. */
type Who = 'nobody' | Role | 'platform';

interface Row {
  type: 'query' | 'mutation' | 'subscription';
  /** The least role that gets in by a session; `nobody`: everyone does. */
  from: Who;
  /** Whether a token of that role, granted `*`, gets in too. */
  token: boolean;
  permission: Permission | 'signed-in' | 'anyone';
  /** Whether a session has to have been signed in lately. */
  fresh?: true;
  /** Whether an API key that holds the permission gets in; left out: no, only people do. */
  key?: true;
}

/** Who may call what: complete. A procedure without a row here, or a row without its procedure, fails. */
const table: Record<string, Row> = {
  'live.changes': { type: 'subscription', from: 'viewer', token: true, permission: 'signed-in', key: true },
  'audit.list': { type: 'query', from: 'admin', token: true, permission: 'audit:read', key: true },
  'audit.get': { type: 'query', from: 'admin', token: true, permission: 'audit:read', key: true },
  'audit.export': {
    type: 'query',
    from: 'admin',
    token: true,
    permission: 'audit:read',
    fresh: true,
    key: true,
  },
  'audit.seal': { type: 'query', from: 'admin', token: true, permission: 'audit:read', key: true },
  'audit.key': { type: 'query', from: 'admin', token: true, permission: 'audit:read', key: true },
  'audit.verify': { type: 'query', from: 'admin', token: true, permission: 'audit:read', key: true },
  'audit.verifyAgainst': {
    type: 'mutation',
    from: 'admin',
    token: true,
    permission: 'audit:read',
    key: true,
  },
  'audit.actions': { type: 'query', from: 'admin', token: true, permission: 'audit:read', key: true },
  'notices.list': { type: 'query', from: 'viewer', token: true, permission: 'tokens:read' },
  'notices.dismiss': { type: 'mutation', from: 'viewer', token: false, permission: 'tokens:read' },
  'attention.list': { type: 'query', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.list': { type: 'query', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.get': { type: 'query', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.uses': { type: 'query', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.revoke': { type: 'mutation', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.disable': { type: 'mutation', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.enable': { type: 'mutation', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.bulk': { type: 'mutation', from: 'admin', token: true, permission: 'tokens:admin' },
  'adminTokens.identify': { type: 'mutation', from: 'admin', token: true, permission: 'tokens:admin' },
  'account.get': { type: 'query', from: 'viewer', token: false, permission: 'signed-in' },
  'account.update': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in' },
  'account.changePassword': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in' },
  'account.sessions': { type: 'query', from: 'viewer', token: false, permission: 'signed-in' },
  'account.revokeSession': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in' },
  'account.revokeOtherSessions': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in' },
  'account.unlink': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in' },
  'keys.list': { type: 'query', from: 'manager', token: true, permission: 'keys:read', key: true },
  'keys.get': { type: 'query', from: 'manager', token: true, permission: 'keys:read', key: true },
  'keys.create': { type: 'mutation', from: 'manager', token: false, permission: 'keys:write', fresh: true },
  'keys.update': { type: 'mutation', from: 'manager', token: true, permission: 'keys:write' },
  'keys.disable': { type: 'mutation', from: 'manager', token: true, permission: 'keys:write' },
  'keys.enable': { type: 'mutation', from: 'manager', token: false, permission: 'keys:write', fresh: true },
  'keys.rotate': { type: 'mutation', from: 'manager', token: false, permission: 'keys:write', fresh: true },
  'keys.endGrace': { type: 'mutation', from: 'manager', token: true, permission: 'keys:write' },
  'keys.revoke': { type: 'mutation', from: 'manager', token: true, permission: 'keys:write' },
  'access.list': { type: 'query', from: 'manager', token: true, permission: 'keys:read', key: true },
  'access.explain': { type: 'mutation', from: 'viewer', token: true, permission: 'signed-in', key: true },
  'links.list': { type: 'query', from: 'admin', token: true, permission: 'users:read' },
  'links.revoke': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'magic.request': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'magic.redeem': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'oidc.start': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'oidc.link': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in', fresh: true },
  'sessions.ways': { type: 'query', from: 'nobody', token: true, permission: 'anyone', key: true },
  'sessions.login': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'sessions.confirm': { type: 'mutation', from: 'viewer', token: false, permission: 'signed-in' },
  'sessions.logout': { type: 'mutation', from: 'viewer', token: true, permission: 'signed-in', key: true },
  'sessions.me': { type: 'query', from: 'viewer', token: true, permission: 'signed-in', key: true },
  'setup.complete': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'device.find': { type: 'mutation', from: 'member', token: false, permission: 'tokens:write' },
  'device.approve': {
    type: 'mutation',
    from: 'member',
    token: false,
    permission: 'tokens:write',
    fresh: true,
  },
  'device.deny': { type: 'mutation', from: 'member', token: false, permission: 'tokens:write' },
  'setupCodes.make': {
    type: 'mutation',
    from: 'member',
    token: false,
    permission: 'tokens:write',
    fresh: true,
  },
  'setupCodes.get': { type: 'query', from: 'viewer', token: true, permission: 'tokens:read' },
  'setupCodes.cancel': { type: 'mutation', from: 'viewer', token: true, permission: 'tokens:revoke' },
  'setupCodes.redeem': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'setupCodes.report': { type: 'mutation', from: 'viewer', token: true, permission: 'signed-in' },
  'tenants.settings': { type: 'query', from: 'admin', token: true, permission: 'settings:write' },
  'tenants.updateSettings': { type: 'mutation', from: 'admin', token: true, permission: 'settings:write' },
  'tenants.list': { type: 'query', from: 'platform', token: true, permission: 'tenants:write' },
  'tenants.get': { type: 'query', from: 'platform', token: true, permission: 'tenants:write' },
  'tenants.create': {
    type: 'mutation',
    from: 'platform',
    token: true,
    permission: 'tenants:write',
    fresh: true,
  },
  'tenants.update': { type: 'mutation', from: 'platform', token: true, permission: 'tenants:write' },
  'tenants.addAdmin': {
    type: 'mutation',
    from: 'platform',
    token: true,
    permission: 'tenants:write',
    fresh: true,
  },
  'tenants.suspend': {
    type: 'mutation',
    from: 'platform',
    token: true,
    permission: 'tenants:write',
    fresh: true,
  },
  'tenants.resume': {
    type: 'mutation',
    from: 'platform',
    token: true,
    permission: 'tenants:write',
    fresh: true,
  },
  'tenants.delete': {
    type: 'mutation',
    from: 'platform',
    token: true,
    permission: 'tenants:write',
    fresh: true,
  },
  'tenants.restore': {
    type: 'mutation',
    from: 'platform',
    token: true,
    permission: 'tenants:write',
    fresh: true,
  },
  'tokens.list': { type: 'query', from: 'viewer', token: true, permission: 'tokens:read' },
  'tokens.use': { type: 'query', from: 'viewer', token: true, permission: 'usage:read', key: true },
  'tokens.get': { type: 'query', from: 'viewer', token: true, permission: 'tokens:read' },
  'tokens.create': {
    type: 'mutation',
    from: 'member',
    token: false,
    permission: 'tokens:write',
    fresh: true,
  },
  'tokens.update': { type: 'mutation', from: 'member', token: true, permission: 'tokens:write' },
  'tokens.revoke': { type: 'mutation', from: 'viewer', token: true, permission: 'tokens:revoke' },
  'users.create': { type: 'mutation', from: 'admin', token: true, permission: 'users:write', fresh: true },
  'tokens.places': { type: 'query', from: 'viewer', token: true, permission: 'tokens:read' },
  'tokens.history': { type: 'query', from: 'viewer', token: true, permission: 'tokens:read' },
  'tokens.rotate': {
    type: 'mutation',
    from: 'member',
    token: false,
    permission: 'tokens:write',
    fresh: true,
  },
  'tokens.endGrace': { type: 'mutation', from: 'viewer', token: true, permission: 'tokens:revoke' },
  'tokens.revokeFound': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'users.update': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'users.activate': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'users.deactivate': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'users.delete': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'users.list': { type: 'query', from: 'admin', token: true, permission: 'users:read' },
  'users.get': { type: 'query', from: 'admin', token: true, permission: 'users:read' },
  'users.invite': { type: 'mutation', from: 'admin', token: true, permission: 'users:write', fresh: true },
  'users.setPassword': {
    type: 'mutation',
    from: 'admin',
    token: true,
    permission: 'users:write',
    fresh: true,
  },
  'users.resetPassword': {
    type: 'mutation',
    from: 'admin',
    token: true,
    permission: 'users:write',
    fresh: true,
  },
  'users.sessions': { type: 'query', from: 'admin', token: true, permission: 'users:read' },
  'users.revokeSession': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'users.revokeSessions': { type: 'mutation', from: 'admin', token: true, permission: 'users:write' },
  'users.checkInvite': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'users.acceptInvite': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'users.checkReset': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'users.completeReset': { type: 'mutation', from: 'nobody', token: true, permission: 'anyone', key: true },
  'verify.token': { type: 'mutation', from: 'admin', token: true, permission: 'verify', key: true },
};

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
  assert.deepEqual([...procedures.keys()].toSorted(), Object.keys(table).toSorted());
  for (const [name, row] of Object.entries(table)) {
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
    table[name]?.type !== 'mutation'
      ? await desk.send(`GET /trpc/${name}?input=${encodeURIComponent(JSON.stringify(bad))}`, who)
      : await desk.send(`POST /trpc/${name}`, { ...who, body: bad });
  return answer.problem?.code ?? 'ok';
}

test('each role gets in where the table says, and nowhere else', async (t) => {
  await using desk = await openDesk();
  const members = new Map<Who, { cookie?: string; token?: string }>([['nobody', {}]]);
  const tokens = new Map<Who, { token: string }>();
  for (const role of roles) {
    const person = await desk.join(`A${role}`, role === 'viewer' ? 'member' : role);
    tokens.set(role, { token: (await person.createToken({ name: 'all' })).token });
    await desk.ada.send(`PATCH /api/v1/users/${person.id}`, { body: { role } });
    members.set(role, { cookie: person.cookie });
  }
  const order: Who[] = ['nobody', ...roles, 'platform'];
  for (const [name, row] of Object.entries(table)) {
    for (const who of order.slice(0, -1)) {
      const high = order.indexOf(who) >= order.indexOf(row.from);
      await t.test(`${name} by ${who}`, async () => {
        const code = await codeOf(desk, name, members.get(who) ?? {});
        assert.equal(gotIn(code), high, code);
        if (!high) assert.equal(code, who === 'nobody' ? 'unauthenticated' : 'permission_denied');
      });
      const token = tokens.get(who);
      if (!token) continue;
      await t.test(`${name} by a token of ${who}`, async () => {
        const code = await codeOf(desk, name, token);
        assert.equal(gotIn(code), high && row.token, code);
        if (!row.token) assert.equal(code, 'session_required');
      });
    }
  }
});

test('who looks after the tenants gets in everywhere, and their token wherever one does', async (t) => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'all' });
  for (const [name, row] of Object.entries(table))
    await t.test(name, async () => {
      assert.ok(gotIn(await codeOf(desk, name, { cookie: desk.ada.cookie })));
      assert.equal(gotIn(await codeOf(desk, name, { token })), row.token);
    });
});

test('a key gets in where the table says, with all that a key may hold, and as no person anywhere else', async (t) => {
  await using desk = await openDesk();
  const whole = await desk.ada.createKey({ name: 'whole', permissions: [...keyPermissions] });
  const none = await desk.ada.createKey({ name: 'none', permissions: ['usage:write'] });
  for (const [name, row] of Object.entries(table)) {
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
    for (const [name, row] of Object.entries(table)) {
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
