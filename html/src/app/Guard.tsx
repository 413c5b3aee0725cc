import { Component, type ReactNode } from 'react';
import { Button } from '../shared/ui/Button';
import { ErrorNote } from '../shared/ui/Notes';

interface Props {
  /** Where the reader is: going elsewhere is a fresh start. */
  at: string;
  children: ReactNode;
}

interface State {
  error: unknown;
}

/**
 * Keeps a page that throws from taking the shell with it.  The likeliest cause is a chunk that an
 * upgrade of the server took away, and loading the page anew cures that.
 */
export class Guard extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.at !== this.props.at && this.state.error !== null) this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <div className="mx-auto flex max-w-2xl flex-col items-start gap-4 px-4 py-10">
        <ErrorNote title="This page could not be shown" error={this.state.error} />
        <Button icon="retry" onClick={() => window.location.reload()}>
          Load it again
        </Button>
      </div>
    );
  }
}
