import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { addTenants } from '#trust/tenants.ts';

const tries = 40;

export const promise: TrustPromise = {
  id: 'K2',
  name: 'a key works on when its maker is gone, and is refused on the next request at either server once it is disabled',
  threshold: `${tries} of ${tries} worked on, 0 of ${tries} after`,
  isFast: true,
  async check(stage) {
    const tenants = await addTenants(stage, tries, ['admin', 'manager']);
    const ends = await inTurns(tenants, async ([admin, maker], at) => {
      if (!admin || !maker) throw new Error('There is no maker');
      const { token, credential } = await maker.createKey({ name: 'service', permissions: ['mcp:call'] });
      const statuses = () =>
        Promise.all(
          stage.servers.map(async (server) => (await server.send('GET /api/v1/me', { token })).status),
        );
      const gone = at % 2 ? `DELETE /api/v1/users/${maker.id}` : `POST /api/v1/users/${maker.id}/deactivate`;
      const removed = await admin.send(gone, at % 2 ? {} : { body: {} });
      if (removed.status >= 300) throw new Error(`The maker stayed: ${removed.text}`);
      const before = await statuses();
      const disabled = await admin.send(`POST /api/v1/api-keys/${credential.id}/disable`);
      if (disabled.status !== 200) throw new Error(`The key stayed enabled: ${disabled.text}`);
      return { before, after: await statuses() };
    });
    const worked = ends.filter(({ before }) => before.every((status) => status === 200)).length;
    const after = ends.filter(({ after }) => after.some((status) => status !== 401)).length;
    return {
      measured: `${worked} of ${tries} worked on, ${after} of ${tries} after`,
      holds: worked === tries && after === 0,
    };
  },
  control: [
    {
      without: 'a holder of its own: a key is its maker’s',
      patches: [
        {
          file: 'server/core/secrets/lookup.ts',
          find: 'left join users u on u.id = coalesce(c.owner_user_id, a.owner_user_id)',
          replace: 'left join users u on u.id = coalesce(c.owner_user_id, a.owner_user_id, c.made_by)',
        },
      ],
    },
    {
      without: 'a look at whether it is enabled',
      patches: [
        {
          file: 'server/core/secrets/rules.ts',
          find: "  if (!state.enabled) return 'token_disabled';\n",
          replace: '',
        },
      ],
    },
  ],
};
