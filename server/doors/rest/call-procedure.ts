import type { RestRoute } from '#server/doors/rest/routes.ts';

/** Runs a procedure with all of its middleware, as tRPC's own callers do. */
export function callProcedure(route: RestRoute, ctx: unknown, input: unknown): Promise<unknown> {
  const procedure = route.procedure as unknown as (options: Record<string, unknown>) => Promise<unknown>;
  return procedure({
    ctx,
    path: route.name,
    type: route.type,
    getRawInput: async () => input,
    batchIndex: 0,
  });
}
