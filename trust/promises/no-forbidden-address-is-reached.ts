import type { ServerTestView } from '#server/gateway/mcp-servers/schema.ts';
import { hostileHosts } from '#server/testing/hostile-hosts.ts';
import { openRedirectingServer } from '#server/testing/mcp/broken-servers.ts';
import { openCanary } from '#server/testing/mcp/canary.ts';
import { openToolServer } from '#server/testing/mcp/tool-server.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';

const forms = hostileHosts.flatMap((host) => ['http', 'https'].map((scheme) => `${scheme}://${host}`));

export const promise: TrustPromise = {
  id: 'S27',
  name: 'no address of this machine is reached as a tool server, however it is written, by redirect or by proxy',
  threshold: `0 connections of ${forms.length + 1} tries`,
  isFast: true,
  async check(stage) {
    await using canary = await openCanary();
    await using allowed = await openToolServer();
    await using redirecting = await openRedirectingServer(canary.url, '127.0.0.2');
    const proxy = `http://127.0.0.1:${canary.port}`;
    await using server = await stage.another({
      KEYWARD_UPSTREAM_ALLOW: `127.0.0.2,127.0.0.1:${allowed.port}`,
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      NODE_USE_ENV_PROXY: '1',
    });
    const { cookie } = stage.ada;
    const tryServer = async (url: string) => {
      const answer = await server.send('POST /api/v1/mcp/servers/test', { cookie, body: { url } });
      return answer.body as unknown as Partial<ServerTestView>;
    };
    const urls = [...forms.map((form) => `${form}:${canary.port}/mcp`), redirecting.url];
    await inTurns(urls, tryServer);
    const isAllowedReached = (await tryServer(allowed.url)).ok === true;
    return {
      measured: `${canary.connections()} connections of ${urls.length} tries${isAllowedReached ? '' : '; an allowed one was not reached'}`,
      holds: canary.connections() === 0 && isAllowedReached,
    };
  },
  control: [
    {
      without: 'a look at where an address leads',
      replaced: ['every-destination-is-allowed'],
    },
    {
      without: 'a look at what a name resolves to',
      patches: [
        {
          file: 'server/core/upstream/create-upstream-agent.ts',
          find: 'addresses.every(({ address }) => isAllowed(address))',
          replace: 'true',
        },
      ],
    },
  ],
};
