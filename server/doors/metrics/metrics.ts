import type pg from 'pg';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobQueue } from '#db/job-queue.ts';
import type { Turns } from '#db/turns.ts';
import { openRotationStates } from '#server/credentials/rotation/schema.ts';
import type { AgentConnections } from '#server/doors/agents/agent-connections.ts';
import type { closeCodes } from '#server/doors/agents/schema.ts';
import type { Admission } from '#server/doors/http/admission.ts';
import type { OpenCalls } from '#server/doors/mcp/open-calls.ts';
import type { ErrorCode } from '#server/errors.ts';
import type { CallFault } from '#server/gateway/mcp-tools/describe-fault.ts';
import type { Seals } from '#server/oversight/audit-seals/seals.ts';
import { troubleKinds } from '#server/oversight/audit-seals/troubles.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    /** Null where they are not exposed. */
    metrics: Metrics | null;
  }
}

/** What is counted for Prometheus. Every label is one of a short list: no path, address, name or id ever is one. */
export interface Metrics {
  answered(request: { endpoint: string; status: number | 'aborted'; ms: number }): void;
  refused(code: ErrorCode): void;
  /** A message of an agent was refused, and its connection closed for it. */
  agentRefused(why: keyof typeof closeCodes): void;
  /** A tool of a server was called. */
  toolCalled(call: { outcome: 'ok' | CallFault; ms: number }): void;
  /** All of it, in Prometheus' text format. */
  print(): Promise<{ type: string; text: string }>;
}

export interface MetricSources {
  pool: pg.Pool;
  lookupPool: pg.Pool;
  /** What waits for a connection of `pool`. */
  turns: Turns;
  admission: Admission;
  jobs: JobQueue;
  /** What waits in memory to be written, by name. */
  queues: Record<string, { waiting(): number }>;
  seals: Pick<Seals, 'watch' | 'troubles'>;
  agentConnections: Pick<AgentConnections, 'all' | 'online'>;
  openCalls: Pick<OpenCalls, 'calls' | 'streams'>;
  /** Rotations of agents that are not over, of all servers together. */
  countRotations: () => Promise<Map<string, number>>;
}

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(sources: MetricSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'keyward_http_requests_total',
    help: 'Requests that were answered, by what was asked for.',
    labelNames: ['endpoint', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'keyward_http_request_seconds',
    help: 'How long they took, from the head of the request to the end of the answer.',
    labelNames: ['endpoint'],
    buckets: seconds,
    registers,
  });
  const refusals = new Counter({
    name: 'keyward_refusals_total',
    help: 'Calls that were refused, by the code of their problem document.',
    labelNames: ['code'],
    registers,
  });
  const agentRefusals = new Counter({
    name: 'keyward_agent_refusals_total',
    help: 'Connections of agents that were closed for what came over them, by why.',
    labelNames: ['why'],
    registers,
  });
  const toolCalls = new Histogram({
    name: 'keyward_mcp_call_seconds',
    help: 'How long calls of tools took, with what the tool server needed, by what came of them.',
    labelNames: ['outcome'],
    buckets: [...seconds, 30, 60, 300],
    registers,
  });
  const { admission, jobs, queues, seals } = sources;
  const gauges = [
    gaugeConnections(sources),
    gaugeCalls(admission),
    gaugeBodies(admission),
    gaugeWriting(queues),
    gaugeJobs(jobs),
    ...gaugeSealing(seals),
    gaugeAgents(sources),
    gaugeRotations(sources),
    gaugeMcp(sources),
  ];
  for (const gauge of gauges) registry.registerMetric(gauge);
  return {
    answered({ endpoint, status, ms }) {
      requests.inc({ endpoint, status });
      durations.observe({ endpoint }, ms / 1_000);
    },
    refused: (code) => refusals.inc({ code }),
    agentRefused: (why) => agentRefusals.inc({ why }),
    toolCalled: ({ outcome, ms }) => toolCalls.observe({ outcome }, ms / 1_000),
    print: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

const gaugeConnections = ({ pool, lookupPool, turns }: MetricSources) =>
  new Gauge({
    name: 'keyward_database_connections',
    help: 'Connections of this server to the database, and requests that wait for one.',
    labelNames: ['state'],
    registers: [],
    collect() {
      const all = pool.totalCount + lookupPool.totalCount;
      const idle = pool.idleCount + lookupPool.idleCount;
      this.set({ state: 'busy' }, all - idle);
      this.set({ state: 'idle' }, idle);
      this.set({ state: 'wanted' }, turns.waiting() + lookupPool.waitingCount);
    },
  });

const gaugeCalls = ({ calls }: Admission) =>
  new Gauge({
    name: 'keyward_calls',
    help: 'Calls that are under way, and those that wait because too many of the same caller are.',
    labelNames: ['state'],
    registers: [],
    collect() {
      this.set({ state: 'under_way' }, calls.held());
      this.set({ state: 'waiting' }, calls.waiting());
    },
  });

const gaugeBodies = ({ bodies }: Admission) =>
  new Gauge({
    name: 'keyward_body_bytes',
    help: 'Bytes of request bodies that are held in memory.',
    registers: [],
    collect() {
      this.set(bodies.held());
    },
  });

const gaugeWriting = (queues: MetricSources['queues']) =>
  new Gauge({
    name: 'keyward_write_queue_items',
    help: 'What waits in memory to be written to the database.',
    labelNames: ['queue'],
    registers: [],
    collect() {
      for (const [queue, { waiting }] of Object.entries(queues)) this.set({ queue }, waiting());
    },
  });

const gaugeJobs = ({ boss }: JobQueue) =>
  new Gauge({
    name: 'keyward_jobs',
    help: 'Jobs of all servers together, as of the last count, some minutes ago at most.',
    labelNames: ['job', 'state'],
    registers: [],
    async collect() {
      this.reset();
      // Without the database the other numbers are wanted all the more.
      for (const job of await boss.getQueues().catch(() => [])) {
        this.set({ job: job.name, state: 'ready' }, job.readyCount);
        this.set({ job: job.name, state: 'active' }, job.activeCount);
        this.set({ job: job.name, state: 'failed' }, job.failedCount);
      }
    },
  });

const gaugeSealing = ({ watch, troubles }: MetricSources['seals']) => [
  new Gauge({
    name: 'keyward_audit_oldest_unsealed_seconds',
    help: 'For how long the oldest row of the audit log without a seal has waited; 0 where every row has one.',
    registers: [],
    collect() {
      this.set(watch.oldestUnsealedSeconds());
    },
  }),
  new Gauge({
    name: 'keyward_audit_trouble',
    help: 'Whether something is wrong with the seals of the audit log, by kind.',
    labelNames: ['kind'],
    registers: [],
    collect() {
      const now = new Set(troubles.list().map(({ kind }) => kind));
      for (const kind of troubleKinds) this.set({ kind }, now.has(kind) ? 1 : 0);
    },
  }),
];

const gaugeAgents = ({ agentConnections }: MetricSources) =>
  new Gauge({
    name: 'keyward_agent_connections',
    help: 'Connections of agents to this server: those that have said hello, and those that have yet to.',
    labelNames: ['state'],
    registers: [],
    collect() {
      const online = agentConnections.online();
      this.set({ state: 'online' }, online);
      this.set({ state: 'greeting' }, Math.max(0, agentConnections.all.size - online));
    },
  });

const gaugeRotations = ({ countRotations }: MetricSources) =>
  new Gauge({
    name: 'keyward_agent_rotations',
    help: 'Rotations of agents that are under way, of all servers together, by how far they have come.',
    labelNames: ['state'],
    registers: [],
    async collect() {
      // Without the database the other numbers are wanted all the more.
      const counts = await countRotations().catch(() => undefined);
      this.reset();
      for (const state of openRotationStates) if (counts) this.set({ state }, counts.get(state) ?? 0);
    },
  });

const gaugeMcp = ({ openCalls }: MetricSources) =>
  new Gauge({
    name: 'keyward_mcp_open',
    help: 'Requests to /mcp that are under way, and event streams that are open there.',
    labelNames: ['kind'],
    registers: [],
    collect() {
      this.set({ kind: 'request' }, openCalls.calls.held());
      this.set({ kind: 'stream' }, openCalls.streams());
    },
  });
