import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TokenView } from '#server/credentials/tokens/schema.ts';
import { pick } from './token-reference.ts';

const token = (name: string, prefix: string, status: TokenView['status'] = 'active') =>
  ({ name, prefix, status }) as TokenView;

test('a token is meant by its name, by one that still works first, or by the start of its prefix', () => {
  const [ended, works, other] = [
    token('ci', 'kw_pat_AAAAAAAA', 'revoked'),
    token('ci', 'kw_pat_BBBBBBBB'),
    token('laptop', 'kw_pat_CCCCCCCC'),
  ];
  const all = [ended, works, other];
  assert.deepEqual(pick(all, 'CI'), [works]);
  assert.deepEqual(pick([ended, other], 'ci'), [ended]);
  assert.deepEqual(pick(all, 'kw_pat_CC…'), [other]);
  assert.deepEqual(pick(all, 'nothing'), []);
});

test('a token that is named like the prefix of another does not stand in for it', () => {
  const [stolen, decoy] = [token('deploy', 'kw_pat_AAAAAAAA'), token('kw_pat_AAAAAAAA', 'kw_pat_BBBBBBBB')];
  assert.deepEqual(pick([stolen, decoy], 'kw_pat_AAAAAAAA'), [decoy, stolen]);
});
