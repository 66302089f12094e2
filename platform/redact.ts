/** Names under which cameras carry secrets in path and query: `?token=…`, `/user=admin&password=…`. */
const secretValue = /((?:^|[/?&;_])[\w-]*(?:user|login|account|pass|pwd|token|secret|key|auth|sig|cred)[\w-]*=)[^&;/?]*/gi;

/**
 * One address as it may be shown: without user, password and what looks like a secret in path or query.
 * Rather hides too much than too little: a password with a bare `/`, `?` or `#` in it is not taken for a host or path.
 * @param address As configured, also one that is no valid address.
 */
export function shownAddress(address: string): string {
  const trimmed = address.trim();
  if (/^(file|sim):/i.test(trimmed)) return trimmed;
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?(.*)$/is.exec(trimmed)!;
  // What precedes the last @ is credentials, wherever it stands; an @ of a path is not worth the risk.
  const at = rest.lastIndexOf('@');
  const place = (at < 0 ? rest : rest.slice(at + 1)).replace(/#.*$/s, '');
  return `${scheme}${place.replaceAll(secretValue, '$1***')}`;
}

/** Takes user and password out of every address in a text: `rtsp://user:secret@host` becomes `rtsp://***@host`. */
export function withoutCredentials(text: string): string {
  // People paste passwords unescaped, with @ and / in them: everything up to the last @ goes, at worst some of a path.
  return text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s"'<>\\]*@/gi, '$1***@');
}
