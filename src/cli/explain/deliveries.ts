import type { AlertDelivery } from '../../outbox/alert-history.ts';

/**
 * Deliveries by the integrations that they are for. One that was removed has only its name left: it is
 * taken for the first of that name that is gone, else marked as removed.
 */
export function deliveriesById(
  deliveries: readonly AlertDelivery[],
  gone: readonly { readonly id: string; readonly name: string }[],
): Map<string, AlertDelivery[]> {
  const byId = new Map<string, AlertDelivery[]>();
  for (const delivery of deliveries) {
    const id = delivery.integration ?? removedId(delivery.name, gone);
    const others = byId.get(id);
    if (others === undefined) byId.set(id, [delivery]);
    else others.push(delivery);
  }
  return byId;
}

function removedId(
  name: string,
  gone: readonly { readonly id: string; readonly name: string }[],
): string {
  return gone.find((one) => one.name === name)?.id ?? `${name} (removed)`;
}
