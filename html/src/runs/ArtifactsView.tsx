import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { size } from '../shared/format';
import { problemOf } from '../shared/problem';
import { keys } from '../shared/query';
import { Badge } from '../shared/ui/Badge';
import { Button } from '../shared/ui/Button';
import { Icon } from '../shared/ui/Icon';
import { EmptyState, ErrorNote, Loading } from '../shared/ui/Notes';
import { Time } from '../shared/ui/Time';
import { artifactHref, previewArtifact } from './api';
import type { Artifact } from './types';

/** What the run made and was sent, each with a look at it where that is possible. */
export function ArtifactsView({ list }: { list: Artifact[] }) {
  if (list.length === 0) {
    return (
      <div className="card">
        <EmptyState icon="file" title="No artifacts">
          Files and pictures that agents report or send for this run appear here.
        </EmptyState>
      </div>
    );
  }
  return (
    <ul aria-label="Artifacts" className="card divide-y divide-line overflow-hidden">
      {list.map((a) => (
        <Row key={a.artifact_id} artifact={a} />
      ))}
    </ul>
  );
}

function Row({ artifact: a }: { artifact: Artifact }) {
  const [open, setOpen] = useState(false);
  const external = /^https?:/.test(a.uri);
  const here = external || a.uri.startsWith('/api/');
  return (
    <li className="flex flex-col gap-3 px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-60">
          <p className="flex flex-wrap items-center gap-2">
            <span className="font-medium break-all">{a.name ?? a.uri}</span>
            <Badge>{a.kind}</Badge>
          </p>
          <p className="text-muted">
            {[a.mime_type, a.size_bytes === null ? '' : size(a.size_bytes), a.node_id, a.step_id]
              .filter(Boolean)
              .join(' · ')}{' '}
            <Time at={a.created_at} />
          </p>
        </div>
        {!external && here && (
          <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? 'Hide' : 'Preview'}
          </Button>
        )}
        {here && (
          <a
            href={artifactHref(a, true)}
            rel="noopener noreferrer"
            target={external ? '_blank' : undefined}
            className="inline-flex items-center gap-1.5 rounded px-1 text-accent hover:underline"
          >
            <Icon name={external ? 'external' : 'download'} />
            {external ? 'Open' : 'Download'}
          </a>
        )}
      </div>
      {open && <Preview artifact={a} />}
    </li>
  );
}

function Preview({ artifact: a }: { artifact: Artifact }) {
  const picture = /^image\/(png|jpeg|gif|webp|avif)$/.test(a.mime_type ?? '');
  const text = useQuery({
    queryKey: [...keys.runs, 'artifact', a.artifact_id],
    queryFn: () => previewArtifact(a),
    enabled: !picture,
  });
  if (picture) {
    return (
      <img
        src={artifactHref(a)}
        alt={a.name ?? a.kind}
        className="max-h-[60dvh] max-w-full self-start rounded-lg border border-line"
      />
    );
  }
  if (text.isError && problemOf(text.error).status === 415) {
    return <p className="text-muted">There is no preview of this kind of file.</p>;
  }
  if (text.isError) return <ErrorNote title="There is no preview of this" error={text.error} />;
  if (!text.data) return <Loading lines={2} />;
  return (
    <div>
      <pre
        tabIndex={0}
        role="region"
        aria-label={`Preview of ${a.name ?? a.kind}`}
        className="
          max-h-96 overflow-auto rounded-lg border border-line bg-sunken p-3 text-[0.8125rem]
          break-words whitespace-pre-wrap
        "
      >
        {text.data.text}
      </pre>
      {text.data.more && <p className="mt-1 text-faint">There is more: download it to see all.</p>}
    </div>
  );
}
