import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resources } from '#server/core/access/schema.ts';
import { reasonOf, type NoTools, type Standing } from '#server/gateway/mcp-servers/describe-no-tools.ts';

const server = (
  id: string,
  more: Partial<Standing['counts']> = {},
  health: Standing['server']['health'] = 'up',
): Standing => ({
  server: { id, alias: id, health },
  counts: { approved: 0, new: 0, changed: 0, hidden: 0, ...more },
});
const reaching = (ids: Resources['mcp_tool']): Resources => ({
  agent: [],
  flow: [],
  mcp_tool: ids,
  vector_store: [],
  llm_model: [],
});

const cases: [what: string, servers: Standing[], reach: Resources | null, expected: NoTools['code']][] = [
  ['there are no servers', [], null, 'no_servers'],
  ['it reaches nothing', [server('a', { approved: 1 })], reaching([]), 'none_granted'],
  [
    'it names a tool that is not there',
    [server('a', { approved: 1 })],
    reaching(['a/other']),
    'none_granted',
  ],
  ['new tools wait', [server('a', { new: 2, changed: 1 })], null, 'held_back'],
  [
    'new tools wait where it reaches',
    [server('a', { new: 1 }), server('b', { approved: 1 })],
    reaching(['a/*']),
    'held_back',
  ],
  [
    'new tools wait where it does not reach',
    [server('a', { new: 1 }), server('b', { approved: 1 })],
    reaching(['b/x']),
    'none_granted',
  ],
  ['its server is down', [server('a', {}, 'down')], reaching(['a/*']), 'server_down'],
  ['its server lists nothing', [server('a')], reaching('*'), 'none_listed'],
];
for (const [what, servers, reach, expected] of cases)
  test(`a list without tools says why: ${what}`, () => assert.equal(reasonOf(servers, reach).code, expected));

test('how many are held back is said', () =>
  assert.match(reasonOf([server('a', { new: 2, changed: 1 })], null).sentence, /: 3\.$/));
