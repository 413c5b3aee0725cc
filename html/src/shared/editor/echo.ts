/**
 * Who writes and is also shown what others write sees the own changes come back, and some of them
 * late: when the next one is on its way already. Then they are no news, and must not be written
 * over what is there by now.
 */
export class Echo<T> {
  private sent: T[] = [];

  /** This was written here. */
  tell(what: T): void {
    this.sent.push(what);
  }

  /** Does this come from here? What was told before it does not come any more. */
  isOwn(what: T): boolean {
    const at = this.sent.lastIndexOf(what);
    this.sent = at < 0 ? [] : this.sent.slice(at + 1);
    return at >= 0;
  }
}
