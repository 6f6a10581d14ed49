import { router } from '#server/core/procedures/builders.ts';
import { accessRouter } from '#server/credentials/access-review/router.ts';
import { agentsRouter } from '#server/credentials/agents/router.ts';
import { attentionRouter } from '#server/credentials/alerts/router.ts';
import { keysRouter } from '#server/credentials/api-keys/router.ts';
import { deviceRouter } from '#server/credentials/device-sign-in/router.ts';
import { setupCodesRouter } from '#server/credentials/enrollment/router.ts';
import { verifyRouter } from '#server/credentials/introspection/router.ts';
import { rotationsRouter } from '#server/credentials/rotation/router.ts';
import { adminTokensRouter } from '#server/credentials/token-triage/router.ts';
import { tokensRouter } from '#server/credentials/tokens/router.ts';
import { mcpServersRouter } from '#server/gateway/mcp-servers/router.ts';
import { mcpToolsRouter } from '#server/gateway/mcp-tools/router.ts';
import { auditRouter } from '#server/oversight/audit-log/router.ts';
import { liveRouter } from '#server/oversight/live-updates/router.ts';
import { noticesRouter } from '#server/oversight/notifications/router.ts';
import { accountRouter } from '#server/people/account/router.ts';
import { setupRouter } from '#server/people/first-admin/router.ts';
import { magicRouter } from '#server/people/magic-links/router.ts';
import { usersRouter } from '#server/people/offboarding/router.ts';
import { linksRouter } from '#server/people/open-links/router.ts';
import { sessionsRouter } from '#server/people/sign-in/router.ts';
import { oidcRouter } from '#server/people/sso/router.ts';
import { tenantsRouter } from '#server/people/tenants/router.ts';

export const appRouter = router({
  access: accessRouter,
  account: accountRouter,
  agents: agentsRouter,
  magic: magicRouter,
  oidc: oidcRouter,
  live: liveRouter,
  device: deviceRouter,
  keys: keysRouter,
  links: linksRouter,
  audit: auditRouter,
  mcpServers: mcpServersRouter,
  mcpTools: mcpToolsRouter,
  notices: noticesRouter,
  adminTokens: adminTokensRouter,
  attention: attentionRouter,
  sessions: sessionsRouter,
  rotations: rotationsRouter,
  setup: setupRouter,
  setupCodes: setupCodesRouter,
  tenants: tenantsRouter,
  tokens: tokensRouter,
  users: usersRouter,
  verify: verifyRouter,
});

export type AppRouter = typeof appRouter;
