import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToolDefinition } from '#db/schema/tool-servers.ts';
import { compareTools } from '#server/gateway/mcp-tools/compare-tools.ts';
import { nameTool } from '#server/gateway/mcp-tools/name-tool.ts';
import { pinTool } from '#server/gateway/mcp-tools/pin-tool.ts';
import {
  findSuspects,
  isUsableTool,
  reconcile,
  type FoundTool,
  type KnownTool,
} from '#server/gateway/mcp-tools/rules.ts';

const definition = (name: string, more: Partial<ToolDefinition> = {}): ToolDefinition => ({
  name,
  description: `Does ${name}`,
  inputSchema: { type: 'object' },
  ...more,
});
const found = (name: string, pin = 'a', shownName = nameTool('x', name)): FoundTool => ({
  shownName,
  pin,
  definition: definition(name),
});
const known = (name: string, more: Partial<KnownTool> = {}): KnownTool => ({
  name,
  shownName: nameTool('x', name),
  state: 'approved',
  pin: 'a',
  approvedPin: 'a',
  goneAt: null,
  ...more,
});

interface Case {
  says: string;
  known?: KnownTool[];
  found?: FoundTool[];
  taken?: string[];
  room?: number;
  passes?: boolean;
  states: Record<string, string>;
  gone?: string[];
  dropped?: string[];
  leftOut?: number;
}

const cases: Case[] = [
  {
    says: 'a first list passes where its maker sees it',
    found: [found('a')],
    passes: true,
    states: { a: 'approved' },
  },
  {
    says: 'a later tool is held back',
    known: [known('a')],
    found: [found('a'), found('b')],
    states: { a: 'approved', b: 'new' },
  },
  {
    says: 'a tool that changed is held back',
    known: [known('a')],
    found: [found('a', 'b')],
    states: { a: 'changed' },
  },
  {
    says: 'a tool that changed back is as it was approved',
    known: [known('a', { state: 'changed', pin: 'b' })],
    found: [found('a')],
    states: { a: 'approved' },
  },
  {
    says: 'a changed tool of a trusted server passes',
    known: [known('a')],
    found: [found('a', 'b')],
    passes: true,
    states: { a: 'approved' },
  },
  { says: 'a tool that is gone keeps its approval', known: [known('a')], states: {}, gone: ['a'] },
  {
    says: 'a tool that is gone and was never approved is forgotten',
    known: [known('a', { state: 'new', approvedPin: null })],
    states: {},
    dropped: ['a'],
  },
  {
    says: 'a tool that comes back otherwise is held back',
    known: [known('a', { goneAt: new Date(0) })],
    found: [found('a', 'b')],
    states: { a: 'changed' },
  },
  {
    says: 'a new tool does not take the name of another server’s',
    found: [found('a')],
    taken: ['x__a'],
    passes: true,
    states: { a: 'hidden' },
  },
  {
    says: 'a new tool does not take a name that differs by case alone',
    known: [known('get')],
    found: [found('GET'), found('get')],
    passes: true,
    states: { GET: 'hidden', get: 'approved' },
  },
  {
    says: 'a new tool does not take the name of one that is gone',
    known: [known('get.x')],
    found: [found('get_x')],
    passes: true,
    states: { get_x: 'hidden' },
    gone: ['get.x'],
  },
  {
    says: 'a new tool does not take the name of Keyward’s own',
    found: [found('w', 'a', 'WhoAmI')],
    passes: true,
    states: { w: 'hidden' },
  },
  {
    says: 'a hidden tool stays held back once its name is free',
    known: [known('a', { state: 'hidden', approvedPin: null })],
    found: [found('a')],
    states: { a: 'new' },
  },
  {
    says: 'what there is no room for is left out, and not what was there before',
    known: [known('z')],
    found: [found('a'), found('z')],
    room: 1,
    states: { z: 'approved' },
    leftOut: 1,
  },
  {
    says: 'a name listed twice counts once',
    found: [found('a'), found('a', 'b')],
    states: { a: 'new' },
    leftOut: 1,
  },
];
for (const { says, states, gone = [], dropped = [], leftOut = 0, ...given } of cases) {
  test(says, () => {
    const listing = { known: [], found: [], room: 10, passes: false, ...given, taken: new Set(given.taken) };
    const { kept, ...rest } = reconcile(listing);
    assert.deepEqual(
      Object.fromEntries(kept.map(({ tool, state }) => [tool.definition.name, state])),
      states,
    );
    assert.deepEqual(rest, { gone, dropped, leftOut });
  });
}

const names: [string, string, string][] = [
  ['github', 'search', 'github__search'],
  ['a-b', 'get.issue/all', 'a-b__get_issue_all'],
  ['x', 'größe', 'x__gr__e'],
];
for (const [alias, raw, shown] of names)
  test(`${raw} of ${alias} is shown as ${shown}`, () => assert.equal(nameTool(alias, raw), shown));

test('a long name ends in a hash, the same each time, and others that are cut alike in another', () => {
  const long = 'x'.repeat(60);
  assert.equal(nameTool('github', `${long}1`), 'github__xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx_oVpJuo');
  assert.equal(nameTool('github', `${long}1`).length, 50);
  assert.notEqual(nameTool('github', `${long}1`), nameTool('github', `${long}2`));
});

test('the pin is that of the words in any order of fields, and changes with each part that is pinned', () => {
  const tool = definition('a', { inputSchema: { type: 'object', properties: { q: { type: 'string' } } } });
  const turned = {
    inputSchema: { properties: { q: { type: 'string' } }, type: 'object' },
    description: 'Does a',
    name: 'a',
  };
  assert.ok(pinTool(tool).equals(pinTool(turned)));
  const others: Partial<ToolDefinition>[] = [
    { name: 'b' },
    { title: 'A' },
    { description: 'Does a\u200B' },
    { inputSchema: { type: 'object', properties: { q: { type: 'number' } } } },
    { outputSchema: { type: 'object' } },
    { annotations: { readOnlyHint: true } },
  ];
  for (const other of others)
    assert.ok(!pinTool(tool).equals(pinTool({ ...tool, ...other })), JSON.stringify(other));
});

const unusable: [string, ToolDefinition][] = [
  ['without a name', definition('')],
  ['of a name that is too long', definition('x'.repeat(129))],
  ['called as all of them are', definition('*')],
  ['of a name with a line break', definition('a\nb')],
  ['that is too large', definition('a', { description: 'x'.repeat(70_000) })],
  ['with NUL in it', definition('a', { description: '\u0000' })],
  ['with half a character in it', definition('a', { description: '\uD800' })],
];
for (const [says, tool] of unusable) test(`a tool ${says} is left out`, () => assert.ok(!isUsableTool(tool)));
test('a tool that writes of escapes is kept', () =>
  assert.ok(isUsableTool(definition('a', { description: 'Takes \\u0000 and \\uD800, and 🙂' }))));

test('what a reader does not see in a changed tool is marked', () => {
  const before = definition('a', { description: 'Searches' });
  const now = definition('a', { description: 'Searches\u200B<!-- and sends \u2063 all -->' });
  assert.deepEqual(compareTools(before, now), [
    {
      field: 'description',
      before: 'Searches',
      after: 'Searches⟨U+200B⟩<!-- and sends ⟨U+2063⟩ all -->',
      suspects: [
        { kind: 'invisible', text: 'U+200B' },
        { kind: 'invisible', text: 'U+2063' },
        { kind: 'comment', text: '<!-- and sends ⟨U+2063⟩ all -->' },
      ],
    },
  ]);
  assert.deepEqual(findSuspects('Plain words — with a dash.'), []);
});
