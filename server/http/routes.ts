import type { StaticExport } from '#server/http/export.ts';
import { answerHealth, answerReadiness } from '#server/http/health.ts';
import { answerMetrics } from '#server/http/metrics-door.ts';
import { createPagesDoor } from '#server/http/pages.ts';
import type { RouteTable } from '#server/http/server.ts';
import { createRestDoor } from '#server/rest/door.ts';
import { answerTrpc } from '#server/trpc/door.ts';

/** Every way in. */
export function routeTable(site: StaticExport): RouteTable {
  return [
    ['/healthz', answerHealth],
    ['/readyz', answerReadiness],
    ['/metrics', answerMetrics],
    ['/trpc/', answerTrpc],
    ['/api/', createRestDoor()],
    ['/', createPagesDoor(site)],
  ];
}
