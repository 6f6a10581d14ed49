import { randomBytes } from 'node:crypto';
import { addServer } from '#server/testing/mcp/add-server.ts';
import { openToolServer } from '#server/testing/mcp/tool-server.ts';
import type { TrustPromise } from '#trust/promise.ts';

const count = 40;
const meta = 'io.modelcontextprotocol';

/** Secrets in every place where a caller can put one, but for the arguments. */
function plant(secrets: string[]) {
  const next = () => secrets.pop() ?? '';
  const headers = [
    'X-Api-Key',
    'X-Forwarded-User',
    'X-Forwarded-Authorization',
    'Proxy-Authorization',
    'Forwarded',
    'Referer',
    'User-Agent',
    'Accept-Language',
    'From',
    'Via',
    'Mcp-Session-Id',
    'Mcp-Param-Text',
    'Last-Event-Id',
    'Traceparent',
    'Tracestate',
    'Baggage',
  ];
  return {
    query: new URLSearchParams(Array.from({ length: 6 }, (_, at) => [`q${at}`, next()])),
    headers: {
      ...Object.fromEntries(headers.map((name) => [name, next()])),
      Cookie: `keyward_session=${next()}; other=${next()}`,
    },
    _meta: {
      progressToken: next(),
      traceparent: next(),
      tracestate: next(),
      baggage: next(),
      [`${meta}/clientInfo`]: { name: next(), version: next(), title: next() },
      [`${meta}/logLevel`]: next(),
      [`${meta}/clientCapabilities`]: {
        elicitation: { form: { applyDefaults: next() }, [next()]: {} },
        sampling: { context: next() },
        experimental: { [next()]: { key: next() } },
        extensions: { 'example.com/key': next() },
      },
      'example.com/key': next(),
    },
  };
}

export const promise: TrustPromise = {
  id: 'S26',
  name: 'a tool server sees nothing of its caller but the arguments, wherever the caller puts a secret',
  threshold: `0 of ${count} secrets seen`,
  isFast: true,
  async check(stage) {
    await using upstream = await openToolServer();
    await using server = await stage.another({ KEYWARD_UPSTREAM_ALLOW: `127.0.0.1:${upstream.port}` });
    const alias = `s${randomBytes(4).toString('hex')}`;
    await addServer(
      { ...stage.ada, send: (call, more) => server.send(call, { cookie: stage.ada.cookie, ...more }) },
      { alias, url: upstream.url },
    );
    const { token } = await stage.ada.createToken({ name: alias });
    const secrets = Array.from({ length: count - 1 }, () => randomBytes(12).toString('hex'));
    const { query, headers, _meta } = plant([...secrets]);
    const revision = '2026-07-28';
    const answer = await server.send(`POST /mcp?${query}`, {
      token,
      headers: {
        ...headers,
        'Mcp-Protocol-Version': revision,
        'Mcp-Method': 'tools/call',
        'Mcp-Name': `${alias}__echo`,
        Accept: 'application/json, text/event-stream',
      },
      body: {
        jsonrpc: '2.0',
        id: secrets[0],
        method: 'tools/call',
        params: {
          name: `${alias}__echo`,
          arguments: { text: 'hello' },
          _meta: { [`${meta}/protocolVersion`]: revision, ..._meta },
        },
      },
    });
    const seen = JSON.stringify(upstream.hits);
    const found = [...secrets, token.slice('kw_pat_'.length + 8)].filter((secret) => seen.includes(secret));
    const isCalled = answer.text.includes('hello');
    return {
      measured: `${found.length} of ${count} secrets seen${isCalled ? '' : `; the tool was not called: ${answer.text.slice(0, 200)}`}`,
      holds: found.length === 0 && isCalled,
    };
  },
  control: [
    {
      without: 'a `_meta` of our own',
      patches: [
        {
          file: 'server/gateway/mcp-tools/write-request.ts',
          find: 'knownCapabilities(call.capabilities),',
          replace: 'call.capabilities,',
        },
      ],
    },
    {
      without: 'headers of our own',
      patches: [
        {
          file: 'server/doors/mcp/call-tool.ts',
          find: '    arguments: params.arguments,',
          replace: '    arguments: { ...params.arguments, headers: call.exchange.req.headers },',
        },
      ],
    },
  ],
};
