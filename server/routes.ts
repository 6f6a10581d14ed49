import { openChannel, refusePlainRequest } from '#server/doors/agents/channel-door.ts';
import { channelPath } from '#server/doors/agents/schema.ts';
import { createHandoutDoor } from '#server/doors/downloads/handout-door.ts';
import type { Bundle } from '#server/doors/downloads/read-bundle.ts';
import { answerForward } from '#server/doors/forward-auth/forward-door.ts';
import { answerHealth, answerReadiness } from '#server/doors/health/health.ts';
import type { RouteTable } from '#server/doors/http/server.ts';
import { answerMcp } from '#server/doors/mcp/mcp-door.ts';
import { answerMetrics } from '#server/doors/metrics/metrics-door.ts';
import { answerJwks } from '#server/doors/oauth/jwks.ts';
import { answerOauth } from '#server/doors/oauth/oauth-door.ts';
import { answerResourceMetadata, metadataPath } from '#server/doors/oauth/resource-metadata.ts';
import type { StaticExport } from '#server/doors/pages/export.ts';
import { createPagesDoor } from '#server/doors/pages/pages.ts';
import { answerRest } from '#server/doors/rest/door.ts';
import { answerOidcCallback } from '#server/doors/sso-callback/oidc-callback.ts';
import { answerTrpc } from '#server/doors/trpc/door.ts';
import { mcpPath } from '#server/gateway/mcp-tools/schema.ts';
import { callbackPath } from '#server/people/sso/commands.ts';

/** Every way in. */
export function routeTable(site: StaticExport, bundle?: Bundle): RouteTable {
  const handout = createHandoutDoor(bundle);
  return [
    ['/healthz', answerHealth],
    ['/readyz', answerReadiness],
    ['/metrics', answerMetrics],
    ['/trpc/', answerTrpc],
    [callbackPath, answerOidcCallback, 'linked'],
    ['/api/v1/auth/forward', answerForward, 'proxied'],
    ['/api/v1/auth/forward/', answerForward, 'proxied'],
    ['/api/', answerRest],
    [channelPath, refusePlainRequest],
    [mcpPath, answerMcp, 'named'],
    ['/oauth/', answerOauth],
    ['/.well-known/jwks.json', answerJwks, 'linked'],
    [metadataPath, answerResourceMetadata, 'linked'],
    [metadataPath + mcpPath, answerResourceMetadata, 'linked'],
    ['/cli/', handout, 'linked'],
    ['/npm/', handout],
    ['/', createPagesDoor(site), 'linked'],
  ];
}

/** Everything that asks for a WebSocket. */
export function upgradeTable(site: StaticExport): RouteTable {
  const channel = [channelPath, openChannel] as const;
  return site.upgrade ? [channel, ['/_next/', site.upgrade]] : [channel];
}
