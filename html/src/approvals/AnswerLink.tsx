import { useMutation } from '@tanstack/react-query';
import { http, segment } from '../shared/http';
import { Button } from '../shared/ui/Button';
import { CopyButton } from '../shared/ui/CopyButton';
import { ErrorNote } from '../shared/ui/Notes';
import { Time } from '../shared/ui/Time';
import type { Approval } from './types';

interface Made {
  url: string;
  expires_at: string;
}

/** An address by which one answers once, without a login: for a device that has none. */
export function AnswerLink({ approval: a }: { approval: Approval }) {
  const make = useMutation({
    mutationFn: () => http.post<Made>(`/approvals/${segment(a.approval_id)}/links`, {}),
  });
  if (!a.can_decide || a.shown_hash === undefined) return null;
  return (
    <div className="flex flex-col gap-2 px-4 pb-4">
      {make.isError && <ErrorNote title="No link was made" error={make.error} />}
      {make.data ? (
        <p className="flex flex-wrap items-center gap-2 rounded-lg bg-ground py-1 pr-1 pl-3">
          <code className="min-w-0 flex-1 basis-60 text-[0.8125rem] break-all">
            {new URL(make.data.url, window.location.href).href}
          </code>
          <span className="text-muted">
            once, expires <Time at={make.data.expires_at} />
          </span>
          <CopyButton
            text={new URL(make.data.url, window.location.href).href}
            name="Copy the link"
          />
        </p>
      ) : (
        <span>
          <Button size="small" busy={make.isPending} onClick={() => make.mutate()}>
            A link to answer by
          </Button>
        </span>
      )}
    </div>
  );
}
