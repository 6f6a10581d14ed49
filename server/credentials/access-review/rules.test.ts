import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain, type ExplainedCredential } from '#server/credentials/access-review/rules.ts';
import type { Decider, ExplainInput } from '#server/credentials/access-review/schema.ts';

const at = new Date('2026-11-22T12:00:00Z');
const none = { agent: [], flow: [], mcp_tool: [], vector_store: [], llm_model: [] };
const token: ExplainedCredential = {
  kind: 'pat',
  name: 'laptop',
  grant: ['*'],
  resources: null,
  enabled: true,
  expiresAt: null,
  revokedAt: null,
  holder: { kind: 'user', role: 'member', isPlatformAdmin: false },
  ownerActive: true,
  tenantSuspended: false,
  paused: false,
};
const key: ExplainedCredential = {
  ...token,
  kind: 'key',
  name: 'billing',
  grant: ['llm:call'],
  resources: { ...none, flow: ['nightly'], llm_model: ['openai/*'] },
  holder: { kind: 'key' },
};
const agent: ExplainedCredential = {
  ...key,
  kind: 'agent',
  name: 'runner',
  holder: { kind: 'agent', role: 'member' },
};
const flow = (id: string) => ({ type: 'flow', id }) as const;

const cases: [
  what: string,
  credential: ExplainedCredential,
  asked: Pick<ExplainInput, 'permission' | 'resource'>,
  allowed: boolean,
  decidedBy: Decider,
  says: RegExp,
][] = [
  ['a token, nothing asked', token, {}, true, 'grant', /may be used\.$/],
  [
    'a token within its role',
    token,
    { permission: 'mcp:call' },
    true,
    'grant',
    /token "laptop" may use mcp:call/,
  ],
  ['a token beyond its role', token, { permission: 'keys:read' }, false, 'role', /its owner’s role, member/],
  [
    'a token that was narrowed',
    { ...token, grant: ['mcp:call'] },
    { permission: 'llm:call' },
    false,
    'grant',
    /not granted that permission/,
  ],
  [
    'a token reaches every resource',
    token,
    { resource: flow('any') },
    true,
    'resource',
    /reach the flow "any"/,
  ],
  ['a key by id', key, { resource: flow('nightly') }, true, 'resource', /may reach/],
  [
    'a key by prefix',
    key,
    { permission: 'llm:call', resource: { type: 'llm_model', id: 'openai/gpt-5' } },
    true,
    'resource',
    /use llm:call and reach/,
  ],
  ['a key out of reach', key, { resource: flow('weekly') }, false, 'resource', /resources do not include it/],
  [
    'an agent beyond its owner’s role',
    { ...agent, holder: { kind: 'agent', role: 'viewer' } },
    { permission: 'llm:call' },
    false,
    'role',
    /agent "runner" .* its owner’s role, viewer/,
  ],
  [
    'an agent beyond what agents may do',
    agent,
    { permission: 'agents:read' },
    false,
    'role',
    /no agent can hold/,
  ],
  ['a paused agent', { ...agent, paused: true }, {}, false, 'pause', /it is paused/],
  [
    'a key beyond what keys may do',
    key,
    { permission: 'users:write' },
    false,
    'role',
    /no key can hold that permission/,
  ],
  ['revoked outweighs all', { ...key, revokedAt: at, tenantSuspended: true }, {}, false, 'grant', /revoked/],
  ['expired', { ...key, expiresAt: at }, {}, false, 'grant', /has expired/],
  ['switched off', { ...key, enabled: false }, {}, false, 'grant', /switched off/],
  ['of a deactivated owner', { ...token, ownerActive: false }, {}, false, 'owner', /deactivated/],
  ['of a suspended tenant', { ...key, tenantSuspended: true }, {}, false, 'tenant', /suspended/],
];
for (const [what, credential, asked, allowed, decidedBy, says] of cases) {
  test(`explained: ${what}`, () => {
    const found = explain(credential, asked, at);
    assert.deepEqual([found.allowed, found.decidedBy], [allowed, decidedBy]);
    assert.match(found.sentence, says);
  });
}
