import type { Logger } from 'pino';
import { z } from 'zod';
import type { DatabaseAddress } from '#db/address.ts';
import type { Clock } from '#db/clock.ts';
import { createListener, type Listener } from '#db/listen.ts';
import type { Ctx, Runtime } from '#server/core/access/context.ts';
import type { Principal } from '#server/core/access/principal.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { auditActions } from '#server/core/audit/actions.ts';
import { isStillIn, type LetIn } from '#server/core/authentication/still-valid.ts';
import { AppError } from '#server/errors.ts';
import type { ChangesView } from '#server/oversight/live-updates/schema.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    hub: Hub;
  }
}

/** Something that was let in and stays open. */
export interface Watcher {
  /** Resolves with what changed since, gathered for a moment; null once it has to end. */
  next(): Promise<string[] | null>;
  end(): void;
}

/** Tells what stays open when something changes, and ends it at once when it would no longer be let in. */
export interface Hub {
  open(principal: Principal): Promise<Watcher>;
  /** Throws `rate_limited` where the user has as many streams open as allowed. */
  refuseTooMany(principal: Principal): void;
  /** Begins to listen, rather than when something first stays open. Resolves once it hears, or takes long to. */
  listen(): Promise<void>;
  /** Listens, and hears nothing at this moment. */
  isDeaf(): boolean;
  /** For what stays open in numbers, and looks for itself at what may have changed. */
  subscribe(subscriber: HubSubscriber): void;
  close(): Promise<void>;
}

export interface HubSubscriber {
  /** What it hangs on may have changed: `tenant:…`, `user:…`, `credential:…`, as `notify_access()` names it. */
  onAccess(key: string): void;
  /** The server that holds the connection of this agent is to look at it. */
  onAgent(id: string): void;
  /** Anything may have changed: the database was not heard, or is not. */
  onMissed(): void;
  /** Something of a tenant changed, by topics. */
  onChange?(change: Pick<Message, 'tenant' | 'topics'>): void;
}

const message = z.object({ tenant: z.string(), topics: z.array(z.string()), users: z.array(z.string()) });
type Message = z.infer<typeof message>;

const gatherMs = 150;
/** A page reads what it shows before its stream is open; what changed in between is told as the stream begins. */
const rememberMs = 10_000;
const rememberMost = 1_000;
const allTopics = [...new Set(auditActions.map((action) => action.split('.', 1)[0] ?? action))];
const lookMs = 1_000;
const maxPerUser = 20;

interface HubOptions {
  address: DatabaseAddress;
  clock: Clock;
  log: Logger;
  /** When time alone ends what somebody was let in by; null where it has ended. */
  findEnd: (principal: Principal) => Promise<Date | null>;
}

/**
 * A hub of this server, over all servers of the database. It begins to listen when something first stays open.
 * Every second it looks at those whose time is up, and at all of them while the database cannot be heard.
 */
export function createHub({ address, clock, log, findEnd }: HubOptions): Hub {
  const watchers = new Set<OpenWatcher>();
  const subscribers = new Set<HubSubscriber>();
  const remembered: { change: Message; at: number }[] = [];
  /** What was told before is not known. */
  let deafUntil = -Infinity;
  let listener: Listener | undefined;
  let isClosed = false;
  let isLooking = false;

  function onMessage(channel: string, payload: string): void {
    if (channel === 'keyward_agents') {
      for (const subscriber of subscribers) subscriber.onAgent(payload);
      return;
    }
    if (channel === 'keyward_access') {
      for (const watcher of watchers) if (watcher.keys.has(payload)) watcher.end();
      for (const subscriber of subscribers) subscriber.onAccess(payload);
      return;
    }
    const change = message.parse(JSON.parse(payload));
    for (const watcher of watchers) if (concerns(change, watcher.principal)) watcher.add(change.topics);
    for (const subscriber of subscribers) subscriber.onChange?.(change);
    const now = performance.now();
    remembered.push({ change, at: now });
    if (remembered.length <= rememberMost) return;
    // What is forgotten too early may have concerned anybody.
    const forgotten = remembered.shift();
    if (forgotten && forgotten.at > now - rememberMs) deafUntil = now;
  }

  function recall({ principal, add }: OpenWatcher): void {
    const since = performance.now() - rememberMs;
    if (deafUntil > since) return add(allTopics);
    for (const { change, at } of remembered)
      if (at > since && concerns(change, principal)) add(change.topics);
  }

  function missed(): void {
    for (const subscriber of subscribers) subscriber.onMissed();
  }

  function endAll(): void {
    for (const watcher of watchers) watcher.end();
  }

  /** Ends it where its time is up; otherwise notes when to look again, for a session that is used lives longer. */
  async function look(watcher: OpenWatcher): Promise<void> {
    const end = await findEnd(watcher.principal).catch(() => null);
    if (end) watcher.lookAt = end.getTime();
    else watcher.end();
  }

  /** Of time that passes nobody is told, and deaf we are told nothing: so we look. */
  async function lookAtDue(): Promise<void> {
    if (isLooking) return;
    isLooking = true;
    if (listener?.isHearing() === false) missed();
    const now = clock.now().getTime();
    for (const watcher of watchers) if (!listener?.isHearing() || watcher.lookAt <= now) await look(watcher);
    isLooking = false;
  }
  const looking = setInterval(() => void lookAtDue(), lookMs).unref();

  function refuseTooMany({ actor }: Principal): void {
    const held = [...watchers].filter((watcher) => watcher.principal.actor.id === actor.id);
    if (held.length >= maxPerUser)
      throw new AppError('rate_limited', `You watch ${maxPerUser} times already. Close another page first.`);
  }

  const listen = () =>
    (listener ??= createListener({
      address,
      channels: ['keyward_changes', 'keyward_access', 'keyward_agents'],
      onMessage,
      onDeaf: (error) => log.warn({ err: error }, 'changes are not heard of'),
      // Whoever begins anew looks at everything again.
      onHearingAgain: () => {
        deafUntil = performance.now();
        endAll();
        missed();
      },
    }));

  return {
    refuseTooMany,
    async listen() {
      await listen().hears();
    },
    subscribe: (subscriber) => void subscribers.add(subscriber),
    isDeaf: () => listener?.isHearing() === false,
    async open(principal) {
      if (isClosed) throw unavailable();
      if (!(await listen().hears())) throw unavailable();
      refuseTooMany(principal);
      const watcher = createWatcher(principal, (ended) => watchers.delete(ended));
      watchers.add(watcher);
      recall(watcher);
      // Between being let in and being on the list, nobody would have told it.
      if (isClosed) watcher.end();
      else await look(watcher);
      return watcher;
    },
    async close() {
      isClosed = true;
      clearInterval(looking);
      endAll();
      await listener?.close();
    },
  };
}

/**
 * Streams what changes for whoever asks, until they go or may no longer watch.
 * Throws `unavailable`, `rate_limited`.
 */
export async function* watchChanges(ctx: Ctx, signal: AbortSignal | undefined): AsyncGenerator<ChangesView> {
  const watcher = await ctx.runtime.hub.open(ctx.principal);
  signal?.addEventListener('abort', () => watcher.end());
  // Whoever went before that was open is not heard to go again.
  if (signal?.aborted) watcher.end();
  try {
    yield { topics: [] };
    for (let topics = await watcher.next(); topics; topics = await watcher.next()) yield { topics };
  } finally {
    watcher.end();
  }
}

/** Whether whoever was let in a while ago, with this credential and in this role, would be let in now. */
export function wouldBeLetIn(runtime: Runtime, who: LetIn): Promise<boolean> {
  return isStillIn(runtime.db, who, runtime.clock.now());
}

interface OpenWatcher extends Watcher {
  principal: Principal;
  /** What it hangs on, as `notify_access()` names it. */
  keys: ReadonlySet<string>;
  /** When to look whether it may stay open, in milliseconds. */
  lookAt: number;
  add(topics: readonly string[]): void;
}

function createWatcher(principal: Principal, onEnd: (watcher: OpenWatcher) => void): OpenWatcher {
  const gathered = new Set<string>();
  let ready = Promise.withResolvers<void>();
  let timer: NodeJS.Timeout | undefined;
  let hasEnded = false;
  const watcher: OpenWatcher = {
    principal,
    lookAt: Infinity,
    keys: new Set(keysOf(principal)),
    add(topics) {
      for (const topic of topics) gathered.add(topic);
      timer ??= setTimeout(() => ready.resolve(), gatherMs);
    },
    async next() {
      await ready.promise;
      if (hasEnded) return null;
      timer = undefined;
      ready = Promise.withResolvers();
      const topics = [...gathered];
      gathered.clear();
      return topics;
    },
    end() {
      if (hasEnded) return;
      hasEnded = true;
      clearTimeout(timer);
      ready.resolve();
      onEnd(watcher);
    },
  };
  return watcher;
}

/** What a caller hangs on, as `notify_access()` names it. */
export function keysOf(principal: Principal): string[] {
  const { origin, tenantId } = principal;
  return [`tenant:${tenantId}`, `${origin.kind}:${origin.id}`, ...keysOfPerson(principal)];
}

/** Of the person whose role decides what it may do. */
function keysOfPerson(principal: Principal): string[] {
  if (principal.kind === 'user') return [`user:${principal.user.id}`];
  return principal.kind === 'agent' ? [`user:${principal.agent.ownerId}`] : [];
}

/**
 * Readers of the audit log hear of everything in the tenant, readers of keys or agents of those, callers of tools of the servers
 * that have them; everyone else of what they did or what is theirs.
 */
export function concerns(change: Message, { tenantId, actor, permissions }: Principal): boolean {
  if (change.tenant !== tenantId) return false;
  if (permissions.has('audit:read') || change.users.includes(actor.id)) return true;
  const hears = (permission: Permission, topics: string[]) =>
    permissions.has(permission) && change.topics.some((topic) => topics.includes(topic));
  return (
    hears('keys:read', ['key']) ||
    hears('agents:read', ['agent', 'rotation']) ||
    hears('mcp:call', ['mcp_server'])
  );
}

function unavailable(): AppError {
  return new AppError('unavailable', 'Changes cannot be watched at this moment. Try again in a few seconds.');
}
