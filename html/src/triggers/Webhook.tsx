import { apiHref } from '../shared/mount';
import { CopyButton } from '../shared/ui/CopyButton';

/** The address of a procedure's webhook, and a signed call of it. */
export function Webhook({ procedure }: { procedure: string }) {
  const path = apiHref(`/triggers/webhook/${encodeURIComponent(procedure)}`);
  const url = new URL(path, window.location.href).href;
  const curl = [
    "body='{}'",
    'signature=$(printf %s "$body" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d" " -f1)',
    `curl -X POST -H "X-LangOrch-Signature: sha256=$signature" -d "$body" '${url}'`,
  ].join('\n');
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-1 rounded-lg bg-ground py-1 pr-1 pl-3">
        <code className="min-w-0 flex-1 text-[0.8125rem] break-all">{url}</code>
        <CopyButton text={url} name="Copy the address" />
      </div>
      <div className="relative rounded-lg bg-ground px-3 py-2">
        <p className="font-medium">A call of it</p>
        <pre className="mt-1 text-[0.8125rem] break-all whitespace-pre-wrap text-muted">{curl}</pre>
        <CopyButton text={curl} name="Copy the call" className="absolute top-1 right-1" />
      </div>
    </div>
  );
}
