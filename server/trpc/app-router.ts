import { accountRouter } from '#server/account/router.ts';
import { adminTokensRouter } from '#server/admin-tokens/router.ts';
import { attentionRouter } from '#server/attention/router.ts';
import { auditRouter } from '#server/audit/router.ts';
import { linksRouter } from '#server/codes/router.ts';
import { deviceRouter } from '#server/device/router.ts';
import { liveRouter } from '#server/live/router.ts';
import { magicRouter } from '#server/magic/router.ts';
import { noticesRouter } from '#server/notices/router.ts';
import { oidcRouter } from '#server/oidc/router.ts';
import { sessionsRouter } from '#server/sessions/router.ts';
import { setupCodesRouter } from '#server/setup-codes/router.ts';
import { setupRouter } from '#server/setup/router.ts';
import { tenantsRouter } from '#server/tenants/router.ts';
import { tokensRouter } from '#server/tokens/router.ts';
import { router } from '#server/trpc/init.ts';
import { usersRouter } from '#server/users/router.ts';
import { verifyRouter } from '#server/verify/router.ts';

export const appRouter = router({
  account: accountRouter,
  magic: magicRouter,
  oidc: oidcRouter,
  live: liveRouter,
  device: deviceRouter,
  links: linksRouter,
  audit: auditRouter,
  notices: noticesRouter,
  adminTokens: adminTokensRouter,
  attention: attentionRouter,
  sessions: sessionsRouter,
  setup: setupRouter,
  setupCodes: setupCodesRouter,
  tenants: tenantsRouter,
  tokens: tokensRouter,
  users: usersRouter,
  verify: verifyRouter,
});

export type AppRouter = typeof appRouter;
