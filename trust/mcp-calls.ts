import { randomUUIDv7 } from 'node:crypto';
import { textOf } from '#server/testing/caller.ts';
import { by, byAdmin, byMember, post, type Prepare } from './prepare.ts';
import type { TrialTenant } from './trial.ts';

/** Where tool servers are allowed, and none is. */
export const nowhere = 'http://127.0.0.2:65535/mcp';

/** A server with a tool of each state, which it listed before it went away. */
async function server(place: TrialTenant) {
  const alias = randomUUIDv7().slice(-12);
  const made = await post(place.admin, '/mcp/servers', { alias, url: nowhere });
  const id = textOf(made['server']?.['id']);
  await place.stage.sql(
    `insert into mcp_tools (server_id, tenant_id, name, shown_name, state, definition, pin, approved_definition, approved_pin,
       found_at, changed_at, approved_at)
     select $1, $2, name, $3 || '__' || name, name, definition, pin, approved, case when approved is not null then pin end,
       now(), now(), case when approved is not null then now() end
     from (select name, sha256(name::bytea) as pin, json_build_object('name', name, 'inputSchema', '{}'::json) as definition,
       case when name = 'approved' then json_build_object('name', name, 'inputSchema', '{}'::json) end as approved
       from unnest(array['approved', 'new']) as listed (name)) as made`,
    [id, place.admin.tenantId, alias],
  );
  return { id, name: `${alias}__approved` };
}
const idOfServer = async (place: TrialTenant) => ({ id: (await server(place)).id });
const withServer = async (place: TrialTenant) => {
  await server(place);
  return {};
};

export const mcpCalls: Record<string, Prepare> = {
  'mcpServers.list': byAdmin(withServer),
  'mcpServers.get': byAdmin(idOfServer),
  'mcpServers.create': by('admin', { alias: 'another', url: nowhere }),
  'mcpServers.update': byAdmin(async (place) => ({ ...(await idOfServer(place)), alias: 'renamed' })),
  'mcpServers.remove': byAdmin(idOfServer),
  'mcpServers.try': by('admin', { url: nowhere }),
  'mcpServers.test': byAdmin(idOfServer),
  'mcpServers.approve': byAdmin(idOfServer),
  'mcpServers.trust': byAdmin(async (place) => ({ ...(await idOfServer(place)), on: true })),
  'mcpTools.list': byMember(withServer),
  'mcpTools.get': byMember(async (place) => ({ name: (await server(place)).name })),
};
