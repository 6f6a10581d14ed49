import { auditRouter } from '#server/audit/router.ts';
import { liveRouter } from '#server/live/router.ts';
import { sessionsRouter } from '#server/sessions/router.ts';
import { setupRouter } from '#server/setup/router.ts';
import { tokensRouter } from '#server/tokens/router.ts';
import { router } from '#server/trpc/init.ts';
import { usersRouter } from '#server/users/router.ts';

export const appRouter = router({
  live: liveRouter,
  audit: auditRouter,
  sessions: sessionsRouter,
  setup: setupRouter,
  tokens: tokensRouter,
  users: usersRouter,
});

export type AppRouter = typeof appRouter;
