// Charge a token: `node shop.mjs tok_... 500`; needs STRIPE_SECRET_KEY.
import Stripe from "stripe";
import { client } from "./stripe.mjs";

const [source, amount] = process.argv.slice(2);
try {
  const charge = await client().charges.create({ amount: Number(amount), currency: "usd", source });
  const { brand, last4 } = charge.source;
  console.log(`paid ${charge.amount / 100} USD by ${brand} ending in ${last4}`);
} catch (error) {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  console.log(`not paid: ${error.message}`);
  process.exitCode = 1;
}
