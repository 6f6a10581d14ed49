import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, readMessage } from '#server/doors/agents/read-message.ts';

const good: [text: string, read: object][] = [
  [
    '{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":{"epoch":1}}',
    { kind: 'call', id: 1, method: 'agent.hello', params: { epoch: 1 } },
  ],
  ['{"jsonrpc":"2.0","method":"x"}', { kind: 'call', id: undefined, method: 'x', params: {} }],
  [
    '{"jsonrpc":"2.0","id":"a","result":{"status":"persisted"}}',
    { kind: 'reply', id: 'a', outcome: { result: { status: 'persisted' } } },
  ],
  [
    '{"jsonrpc":"2.0","id":"a","error":{"code":-1,"message":"no","data":{}}}',
    { kind: 'reply', id: 'a', outcome: { error: { code: -1, message: 'no', data: {} } } },
  ],
];
for (const [text, read] of good)
  test(`a message is read: ${text}`, () => assert.deepEqual(readMessage(text), read));

const bad = [
  '',
  'x',
  'null',
  '7',
  '"agent.hello"',
  '[]',
  '[{"jsonrpc":"2.0","id":1,"method":"agent.hello"}]',
  '{}',
  '{"id":1,"method":"agent.hello"}',
  '{"jsonrpc":"1.0","id":1,"method":"agent.hello"}',
  '{"jsonrpc":"2.0","id":null,"method":"agent.hello"}',
  '{"jsonrpc":"2.0","id":1.5,"method":"agent.hello"}',
  '{"jsonrpc":"2.0","id":{},"method":"agent.hello"}',
  '{"jsonrpc":"2.0","id":1,"method":7}',
  '{"jsonrpc":"2.0","id":1,"method":"agent.hello","params":[1]}',
  '{"jsonrpc":"2.0","id":1,"method":"agent.hello","more":1}',
  '{"jsonrpc":"2.0","id":1,"method":"agent.hello","result":{}}',
  '{"jsonrpc":"2.0","result":{}}',
  '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":"x"}}',
  '{"jsonrpc":"2.0","id":1,"error":"x"}',
];
for (const text of bad)
  test(`what is no message of JSON-RPC 2.0 is refused: ${text}`, () => {
    assert.throws(() => readMessage(text), ProtocolError);
  });
