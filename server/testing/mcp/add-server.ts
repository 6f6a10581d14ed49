import type { ServerDetailView } from '#server/gateway/mcp-servers/schema.ts';
import { expect, type Person } from '#server/testing/person.ts';

/** Adds a tool server through the API. Throws unless it was added. */
export async function addServer(
  who: Person,
  input: { alias: string; url: string } & Record<string, unknown>,
): Promise<ServerDetailView> {
  const answer = expect(201, await who.send('POST /api/v1/mcp/servers', { body: input }));
  return answer.body as unknown as ServerDetailView;
}

export async function showServer(who: Person, id: string): Promise<ServerDetailView> {
  return expect(200, await who.send(`GET /api/v1/mcp/servers/${id}`)).body as unknown as ServerDetailView;
}

/** Has Keyward ask a server for its tools now. */
export async function relistTools(who: Person, id: string): Promise<ServerDetailView> {
  expect(200, await who.send(`POST /api/v1/mcp/servers/${id}/test`));
  return showServer(who, id);
}
