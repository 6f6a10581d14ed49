import type { Resources } from '#server/core/access/schema.ts';
import type { AgentGrant, AgentStatus } from '#server/credentials/agents/schema.ts';

const words = (text: string) => text.trim().split(/\s*,\s*/u);

export const firstNames = words(`
  Amara, Mateo, Ingrid, Yusuf, Priya, Linnea, Tomasz, Chidi, Saoirse, Haruto, Zeynep, Oluwaseun, Camille, Dmitri, Noor,
  Aaliyah, Bastian, Céline, Dagny, Emeka, Farid, Giulia, Håkon, Ines, Jun, Kaveh, Leilani, Marek, Nadia, Ottilie, Paolo,
  Quyen, Rosalind, Samir, Thandiwe, Ulrich, Valentina, Wanjiru, Ximena, Yara, Zoltán, Anouk, Björn, Catalina, Devika`);

export const lastNames = words(`
  Osei, Lindqvist, Nakamura, Fernández, O’Connell, Kowalczyk, Adeyemi, Petrov, Demir, Moreau, Haddad, Iyer, Brandt, Silva,
  Van den Berg, Castellanos, Eriksen, Fujimoto, Gallagher, Horváth, Ivanova, Jankowski, Kimathi, Larsson, Mbeki, Nguyen,
  Okonkwo, Pereira, Rahman, Schneider, Tanaka, Ünal, Vargas, Weiss, Yilmaz, Zhang, Abernathy-Fitzgerald, Bianchi, Chaudhry`);

/** What tokens are called by what uses them, and from where it does: a desk, a data centre, a build. */
export const purposes = [
  { name: 'laptop', agent: 'keyward/1.0', from: 'desk', perDay: 30 },
  { name: 'Claude Code on laptop', agent: 'claude-code/2.4', from: 'desk', perDay: 260 },
  { name: 'cursor on desktop', agent: 'cursor/0.52', from: 'desk', perDay: 90 },
  { name: 'on-call phone', agent: 'Shortcuts/7.1', from: 'desk', perDay: 3 },
  { name: 'notebook experiments', agent: 'python-httpx/0.28', from: 'desk', perDay: 12 },
  { name: 'VS Code', agent: 'vscode/1.104', from: 'desk', perDay: 45 },
  { name: 'scratch', agent: 'curl/8.11', from: 'desk', perDay: 4 },
  { name: 'release pipeline', agent: 'GitHub-Actions', from: 'build', perDay: 80 },
  { name: 'CI main', agent: 'GitHub-Actions', from: 'build', perDay: 340 },
  { name: 'nightly build', agent: 'GitLab-Runner/18.2', from: 'build', perDay: 24 },
  { name: 'jenkins (old)', agent: 'Jenkins', from: 'build', perDay: 60 },
  { name: 'terraform apply', agent: 'terraform/1.13', from: 'build', perDay: 8 },
  { name: 'staging deploy', agent: 'ArgoCD/3.1', from: 'centre', perDay: 36 },
  { name: 'production deploy', agent: 'ArgoCD/3.1', from: 'centre', perDay: 18 },
  { name: 'grafana reports', agent: 'Grafana/12.1', from: 'centre', perDay: 1_440 },
  { name: 'backup verify', agent: 'curl/8.11', from: 'centre', perDay: 4 },
  { name: 'billing sync', agent: 'Go-http-client/2.0', from: 'centre', perDay: 96 },
  { name: 'support inbox bot', agent: 'node', from: 'centre', perDay: 210 },
  {
    name: 'data export for the quarterly access review',
    agent: 'python-requests/2.33',
    from: 'centre',
    perDay: 1,
  },
  { name: 'edge cache purge (eu-north)', agent: 'Go-http-client/2.0', from: 'centre', perDay: 55 },
] as const;

export const browsers = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 15_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
] as const;

export const revokeReasons = [
  'Laptop was lost',
  'Moved to the release pipeline',
  'Not needed any more',
  'Pasted into a chat by mistake',
  'Replaced by a narrower one',
  null,
] as const;

export const leaveReasons = [
  'Left the company',
  'Contract ended',
  'On parental leave until spring',
  null,
] as const;

export interface AgentKind {
  name: string;
  status: AgentStatus;
  description: string | null;
  permissions: AgentGrant;
  reach: Partial<Resources>;
  /** In days. */
  age: number;
  /** How many secrets it has had. */
  epochs: number;
  /** 0: it is connected. */
  seenDaysAgo: number;
  /** It acts for a member. */
  isMembers?: true;
}

/** What each tenant has: of every status. */
export const agentKinds: readonly AgentKind[] = [
  {
    name: 'build-runner-1',
    status: 'online',
    description: 'Builds what is merged',
    permissions: ['profile:read', 'mcp:call'],
    reach: { flow: ['nightly-report'] },
    age: 60,
    epochs: 8,
    seenDaysAgo: 0,
  },
  {
    name: 'build-runner-2',
    status: 'online',
    description: null,
    permissions: ['profile:read', 'mcp:call'],
    reach: { flow: '*' },
    age: 25,
    epochs: 4,
    seenDaysAgo: 0,
    isMembers: true,
  },
  {
    name: 'night-shift',
    status: 'offline',
    description: 'Runs on a laptop that is closed by day',
    permissions: ['profile:read', 'llm:call'],
    reach: { llm_model: ['openai/*'] },
    age: 40,
    epochs: 5,
    seenDaysAgo: 2,
    isMembers: true,
  },
  {
    name: 'indexer',
    status: 'rotation_pending',
    description: 'Keeps the handbook searchable',
    permissions: ['profile:read'],
    reach: { vector_store: ['handbook'] },
    age: 35,
    epochs: 5,
    seenDaysAgo: 1,
  },
  {
    name: 'crawler',
    status: 'rotation_stuck',
    description: 'Its disk is read-only',
    permissions: ['profile:read', 'usage:write'],
    reach: {},
    age: 30,
    epochs: 3,
    seenDaysAgo: 0,
  },
  {
    name: 'importer',
    status: 'paused',
    description: null,
    permissions: ['profile:read', 'mcp:call'],
    reach: { mcp_tool: '*' },
    age: 20,
    epochs: 3,
    seenDaysAgo: 1,
  },
  {
    name: 'old-mirror',
    status: 'disabled',
    description: 'Replaced by build-runner-2',
    permissions: ['profile:read'],
    reach: {},
    age: 90,
    epochs: 9,
    seenDaysAgo: 26,
  },
  {
    name: 'new-runner',
    status: 'never_connected',
    description: null,
    permissions: ['profile:read'],
    reach: {},
    age: 0,
    epochs: 0,
    seenDaysAgo: 0,
    isMembers: true,
  },
];
