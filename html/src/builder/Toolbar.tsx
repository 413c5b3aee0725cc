import { Link } from 'wouter';
import { count } from '../shared/format';
import type { Diagnostic, JsonObject } from '../shared/types';
import { Badge } from '../shared/ui/Badge';
import { Button, IconButton } from '../shared/ui/Button';
import { Icon } from '../shared/ui/Icon';
import { Segments } from '../shared/ui/Segments';
import { useBench } from './store';
import type { Saved } from './useBuilder';

const shapes = [
  { value: 'canvas', name: 'Canvas' },
  { value: 'split', name: 'Both' },
  { value: 'json', name: 'JSON' },
  { value: 'outline', name: 'Outline' },
] as const;

export type Shape = (typeof shapes)[number]['value'];

const savedWords: Record<Saved, string> = {
  no: '',
  saving: 'Saving the draft …',
  saved: 'Draft saved',
  failed: 'The draft is not saved',
};

interface ToolbarProps {
  doc: JsonObject;
  back: string;
  found: readonly Diagnostic[];
  saved: Saved;
  shape: Shape;
  onShape: (shape: Shape) => void;
  onArrange: () => void;
  onTry: (() => void) | null;
  onPublish: () => void;
}

export function Toolbar(props: ToolbarProps) {
  const { doc, found, saved } = props;
  return (
    <header
      className="
      flex flex-wrap items-center gap-x-3 gap-y-2 border-b border-line bg-surface px-4 py-2
    "
    >
      <Link href={props.back} aria-label="Back" className="rounded p-1 text-muted hover:text-ink">
        <Icon name="back" />
      </Link>
      <div className="min-w-0">
        <h1 className="truncate font-semibold tracking-tight">
          {String(doc.name ?? doc.procedure_id ?? 'Builder')}
        </h1>
        <p role="status" className="truncate text-xs text-faint">
          {String(doc.procedure_id ?? '')} {String(doc.version ?? '')}
          {saved !== 'no' && ` · ${savedWords[saved]}`}
        </p>
      </div>
      <Verdict found={found} />
      <span className="flex-1" />
      <Segments name="Shape" options={shapes} value={props.shape} onChange={props.onShape} />
      <span className="flex">
        <Steps />
        <IconButton icon="grid" name="Arrange all nodes" onClick={props.onArrange} />
      </span>
      {props.onTry && (
        <Button icon="play" onClick={props.onTry}>
          Dry run
        </Button>
      )}
      <Button kind="primary" icon="upload" onClick={props.onPublish}>
        Publish
      </Button>
    </header>
  );
}

function Steps() {
  const { past, future, undo, redo } = useBench();
  return (
    <>
      <IconButton icon="undo" name="Undo (Ctrl Z)" disabled={past.length === 0} onClick={undo} />
      <IconButton
        icon="redo"
        name="Redo (Ctrl Shift Z)"
        disabled={future.length === 0}
        onClick={redo}
      />
    </>
  );
}

function Verdict({ found }: { found: readonly Diagnostic[] }) {
  const errors = found.filter((d) => d.severity === 'error').length;
  if (errors > 0) return <Badge tone="bad">{count(errors, 'error')}</Badge>;
  const rest = found.length;
  return (
    <Badge tone={rest > 0 ? 'wait' : 'ok'}>{rest > 0 ? count(rest, 'remark') : 'compiles'}</Badge>
  );
}
