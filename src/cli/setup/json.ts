import { isoTime } from '../output.ts';
import { type FirstLook, isReady } from './first-look.ts';
import { waysOf } from './next-steps.ts';

/** A first look as JSON. @param sent how a test alert fared */
export function lookJson(look: FirstLook, sent: object | undefined) {
  const { search, manager, original, user, isAsUser, config } = look;
  return {
    ok: isReady(look),
    looked: search.looked,
    found: search.found,
    manager: manager ?? null,
    original: {
      state: original.state,
      name: original.name ?? null,
      path: original.path ?? null,
      pid: original.pid ?? null,
      back_since: isoTime(original.back?.since),
      enabled: original.enabled,
      not_enabled: original.notEnabled,
      errors: original.errors,
      last_error: original.lastError ?? null,
    },
    user,
    as_user: isAsUser,
    config,
    rights: look.rights.map(({ what, path, why, fix }) => ({
      what,
      path,
      ok: why === undefined,
      why: why ?? null,
      fix: fix ?? null,
    })),
    integrations: look.blocks.map(({ why, ...one }) => ({
      ...one,
      ok: why === undefined,
      why: why ?? null,
    })),
    diagnostics: look.diagnostics,
    warnings: look.warnings,
    running: look.isRunning,
    next: waysOf(look).map(({ first, ...way }) => ({ ...way, first: first ?? null })),
    sent: sent ?? null,
  };
}
