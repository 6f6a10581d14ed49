import { z } from 'zod';
import type { AnyoneCtx } from '#server/core/access/context.ts';

const lifeSeconds = 600;
/** So many tabs can be on their way at once; the header of every request holds all of them. */
const mostAtOnce = 4;
const nameStart = 'keyward_oidc_';
const purpose = 'oidc';

/** What this browser keeps while the person is at the issuer: signed, and good for ten minutes. */
const flowSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  next: z.string(),
  until: z.number(),
  /** Whether the person has to sign in anew there. */
  again: z.boolean().default(false),
  /** Whose account the identity is to be linked to, where they are signed in. */
  linkTo: z.string().optional(),
  /** The code of an invite that is accepted by this. */
  invite: z.string().optional(),
});
export type Flow = z.infer<typeof flowSchema>;

/** When a flow began. */
export const beginOf = ({ until }: Flow) => new Date(until - lifeSeconds * 1_000);

/** Has the browser keep a flow until it comes back, each tab its own; the oldest make room. */
export function keepFlow(ctx: AnyoneCtx, begun: Omit<Flow, 'until'>): void {
  const { cookies, signer } = ctx.runtime;
  const flow: Flow = { ...begun, until: ctx.now().getTime() + lifeSeconds * 1_000 };
  const value = signer.sign(purpose, flow);
  ctx.reply.setCookie(cookies.header({ name: nameFor(flow.state), value, seconds: lifeSeconds }));
  for (const name of surplus(ctx)) forget(ctx, name);
}

/** The flow of a return, by its state. A flow is taken up once, even when it fails. */
export function takeFlow(ctx: AnyoneCtx, state: string | null): Flow | undefined {
  if (!state || !/^[\w-]{16,}$/.test(state)) return undefined;
  const name = nameFor(state);
  const flow = readFlow(ctx, name);
  if (flow) forget(ctx, name);
  return flow && flow.until > ctx.now().getTime() ? flow : undefined;
}

const nameFor = (state: string) => nameStart + state.slice(0, 16);

function readFlow({ runtime, request }: AnyoneCtx, name: string): Flow | undefined {
  const value = runtime.cookies.read(request.cookie ?? '', name);
  return flowSchema.safeParse(value && runtime.signer.read(purpose, value)).data;
}

function forget({ runtime, reply }: AnyoneCtx, name: string): void {
  reply.setCookie(runtime.cookies.header({ name, value: '', seconds: 0 }));
}

/** Flows beyond those that may be kept beside a new one; what cannot be read goes first. */
function surplus(ctx: AnyoneCtx): string[] {
  const names = ctx.runtime.cookies.list(ctx.request.cookie ?? '', nameStart);
  if (names.length < mostAtOnce) return [];
  const aged = names.map((name) => ({ name, until: readFlow(ctx, name)?.until ?? 0 }));
  return aged
    .toSorted((a, b) => b.until - a.until)
    .slice(mostAtOnce - 1)
    .map(({ name }) => name);
}
