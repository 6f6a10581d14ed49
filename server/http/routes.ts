import type { Bundle } from '#server/distribution/read-bundle.ts';
import type { StaticExport } from '#server/http/export.ts';
import { answerForward } from '#server/http/forward-door.ts';
import { createHandoutDoor } from '#server/http/handout-door.ts';
import { answerHealth, answerReadiness } from '#server/http/health.ts';
import { answerMetrics } from '#server/http/metrics-door.ts';
import { answerJwks, answerOauth } from '#server/http/oauth-door.ts';
import { answerOidcCallback } from '#server/http/oidc-callback.ts';
import { createPagesDoor } from '#server/http/pages.ts';
import type { RouteTable } from '#server/http/server.ts';
import { callbackPath } from '#server/oidc/commands.ts';
import { createRestDoor } from '#server/rest/door.ts';
import { answerTrpc } from '#server/trpc/door.ts';

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
    ['/api/', createRestDoor()],
    ['/oauth/', answerOauth],
    ['/.well-known/jwks.json', answerJwks, 'linked'],
    ['/cli/', handout, 'linked'],
    ['/npm/', handout],
    ['/', createPagesDoor(site), 'linked'],
  ];
}
