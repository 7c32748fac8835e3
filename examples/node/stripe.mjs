// Stripe's client: it asks Stripe, or the server that STRIPE_API_BASE names in its place.
import Stripe from "stripe";

export function client(options = {}) {
  const { STRIPE_API_BASE: base, STRIPE_SECRET_KEY: key } = process.env;
  return new Stripe(key, { ...(base && place(new URL(base))), ...options });
}

function place({ protocol, hostname, port }) {
  return { protocol: protocol.slice(0, -1), host: hostname, port };
}
