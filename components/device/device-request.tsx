'use client';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { Button } from '#components/ui/button.tsx';
import { Fact, Facts } from '#components/ui/facts.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Card } from '#components/ui/surface.tsx';
import { TimeLeft, useIsOver } from '#components/ui/time-left.tsx';
import { agoWords, dateWords } from '#components/ui/time-words.ts';
import { useNow } from '#components/ui/use-now.ts';
import type { DeviceRequestView } from '#server/credentials/device-sign-in/schema.ts';
import { DeviceDone, DeviceExpired } from './device-done.tsx';
import { useAnswer } from './use-answer.ts';

interface DeviceRequestProps {
  request: DeviceRequestView;
  /** Until when it can be answered, by this browser's clock. */
  until: Date;
}

/** Who asks, from where and for what; approve or deny. */
export function DeviceRequest({ request, until }: DeviceRequestProps) {
  const { approve, deny, error } = useAnswer(request.userCode);
  const isOver = useIsOver(until);
  const answered = approve.data ?? deny.data;
  if (answered) return <DeviceDone {...answered} />;
  if (isOver) return <DeviceExpired />;
  const isBusy = approve.isPending || deny.isPending;
  return (
    <div className="grid gap-4">
      <Card className="px-4 py-3 text-center">
        <p className="font-mono text-lg font-semibold tracking-widest">{request.userCode}</p>
        <p className="mt-0.5 text-sm text-muted">
          Your terminal has to show this code. It works for another <TimeLeft until={until} />.
        </p>
      </Card>
      <Card className="grid gap-4 px-4 py-4">
        <Asker request={request} />
        <hr className="border-line" />
        <Grant grant={request.grant} />
      </Card>
      {!request.isSamePlace && (
        <Notice tone="warn">
          It asks from {request.address}, and you are at {request.ownAddress ?? 'an unknown address'}. Go on
          only if you know why.
        </Notice>
      )}
      <p className="text-sm text-muted">
        Approve only what you have started yourself a moment ago. If somebody sent you this code or this link,
        deny it: they would get a token that acts as you.
      </p>
      {error && <Notice tone="danger">{sentenceOf(problemOf(error))}</Notice>}
      <div className="grid grid-cols-2 gap-2">
        <Button
          size="lg"
          busy={deny.isPending}
          busyLabel="Denying…"
          disabled={approve.isPending}
          onClick={() => deny.mutate()}
        >
          Deny
        </Button>
        <Button
          size="lg"
          look="primary"
          busy={approve.isPending}
          busyLabel="Approving…"
          disabled={isBusy && !approve.isPending}
          onClick={() => approve.mutate()}
        >
          Approve
        </Button>
      </div>
    </div>
  );
}

function Asker({ request: { host, address, askedAt } }: { request: DeviceRequestView }) {
  const now = useNow();
  return (
    <Facts>
      <Fact name="Machine">
        <span className="font-medium">{host ?? 'It gives no name'}</span>
      </Fact>
      <Fact name="Address">{address}</Fact>
      <Fact name="Asked">{agoWords(new Date(askedAt), now)}</Fact>
    </Facts>
  );
}

function Grant({ grant: { name, permissions, expiresAt } }: { grant: DeviceRequestView['grant'] }) {
  const { data: me } = useMe();
  return (
    <Facts>
      <Fact name="Gets a token">
        <span className="font-medium">“{name}”</span> <span className="text-muted">as it wants it named</span>
      </Fact>
      <Fact name="Acts as">{me?.user?.email}</Fact>
      <Fact name="May do">
        {permissions[0] === '*' ? (
          'All that your role allows, except making tokens'
        ) : (
          <span className="font-mono text-xs">{permissions.join(', ')}</span>
        )}
      </Fact>
      <Fact name="Expires">{expiresAt ? dateWords(new Date(expiresAt)) : 'Never, until you revoke it'}</Fact>
    </Facts>
  );
}
