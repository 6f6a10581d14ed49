'use client';
import { problemOf, sentenceOf } from '#components/api/problem.ts';
import { useMe } from '#components/sessions/use-me.ts';
import { Alert } from '#components/ui/alert.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Countdown, useIsOver } from '#components/ui/countdown.tsx';
import { DescriptionItem, DescriptionList } from '#components/ui/description-list.tsx';
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
          Your terminal has to show this code. It works for another <Countdown until={until} />.
        </p>
      </Card>
      <Card className="grid gap-4 px-4 py-4">
        <Asker request={request} />
        <hr className="border-line" />
        <Grant grant={request.grant} />
      </Card>
      {!request.isSamePlace && (
        <Alert variant="warn">
          It asks from {request.address}, and you are at {request.ownAddress ?? 'an unknown address'}. Go on
          only if you know why.
        </Alert>
      )}
      <p className="text-sm text-muted">
        Approve only what you have started yourself a moment ago. If somebody sent you this code or this link,
        deny it: they would get a token that acts as you.
      </p>
      {error && <Alert variant="danger">{sentenceOf(problemOf(error))}</Alert>}
      <div className="grid grid-cols-2 gap-2">
        <Button
          size="lg"
          pending={deny.isPending}
          pendingLabel="Denying…"
          disabled={approve.isPending}
          onClick={() => deny.mutate()}
        >
          Deny
        </Button>
        <Button
          size="lg"
          variant="primary"
          pending={approve.isPending}
          pendingLabel="Approving…"
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
    <DescriptionList>
      <DescriptionItem name="Machine">
        <span className="font-medium">{host ?? 'It gives no name'}</span>
      </DescriptionItem>
      <DescriptionItem name="Address">{address}</DescriptionItem>
      <DescriptionItem name="Asked">{agoWords(new Date(askedAt), now)}</DescriptionItem>
    </DescriptionList>
  );
}

function Grant({ grant: { name, permissions, expiresAt } }: { grant: DeviceRequestView['grant'] }) {
  const { data: me } = useMe();
  return (
    <DescriptionList>
      <DescriptionItem name="Gets a token">
        <span className="font-medium">“{name}”</span> <span className="text-muted">as it wants it named</span>
      </DescriptionItem>
      <DescriptionItem name="Acts as">{me?.user?.email}</DescriptionItem>
      <DescriptionItem name="May do">
        {permissions[0] === '*' ? (
          'Everything your role allows, except making tokens'
        ) : (
          <span className="font-mono text-xs">{permissions.join(', ')}</span>
        )}
      </DescriptionItem>
      <DescriptionItem name="Expires">
        {expiresAt ? dateWords(new Date(expiresAt)) : 'Never, until you revoke it'}
      </DescriptionItem>
    </DescriptionList>
  );
}
