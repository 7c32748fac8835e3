// Node's own suite: every type of token, made and used up by Stripe's own package.
import assert from "node:assert/strict";
import { Agent } from "node:http";
import { after, beforeEach, test } from "node:test";
import Stripe from "stripe";
import { client } from "./stripe.mjs";

const { errors } = Stripe;
const agent = new Agent({ keepAlive: true });
const stripe = client({ httpAgent: agent, maxNetworkRetries: 2 });
after(() => agent.destroy());

// What the sandbox is told from outside; `stripe_tokens` does it in a suite in Python.
async function control(call, sent) {
  const answer = await fetch(`${process.env.STRIPE_API_BASE}/_stripe_tokens/${call}`, {
    method: sent ? "POST" : "GET",
    body: sent && JSON.stringify(sent),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

beforeEach(() => control("reset", {}));

const CARD = { number: "4242424242424242", exp_month: "12", exp_year: "2050", cvc: "123" };
const BANK = { country: "US", currency: "usd", routing_number: "110000000", account_number: "000123456789" };

const account = (more) =>
  stripe.accounts.create({ type: "custom", country: "US", capabilities: { transfers: { requested: true } }, ...more });

// Of each type: how it is made, and what uses it up.
const TYPES = {
  account: {
    params: { business_type: "individual", individual: { first_name: "Jane" }, tos_shown_and_accepted: true },
    use: async (token) => account({ account_token: token }),
  },
  bank_account: {
    params: BANK,
    use: async (token) => stripe.customers.createSource((await stripe.customers.create()).id, { source: token }),
  },
  card: {
    params: CARD,
    use: async (token) => stripe.charges.create({ amount: 500, currency: "usd", source: token }),
  },
  cvc_update: {
    params: { cvc: "123" },
    use: async (token) => {
      const customer = (await stripe.customers.create()).id;
      const { id } = await stripe.paymentMethods.attach("pm_card_visa", { customer });
      return stripe.paymentIntents.create({
        ...{ amount: 500, currency: "usd", customer, payment_method: id, confirm: true },
        automatic_payment_methods: { enabled: true, allow_redirects: "never" },
        payment_method_options: { card: { cvc_token: token } },
      });
    },
  },
  person: {
    params: { first_name: "Jane", relationship: { owner: true } },
    use: async (token) =>
      stripe.accounts.createPerson((await account({ business_type: "company" })).id, { person_token: token }),
  },
  pii: {
    params: { id_number: "000000000" },
    use: async (token) => account({ business_type: "individual", individual: { id_number: token } }),
  },
};

for (const [type, { params, use }] of Object.entries(TYPES)) {
  const create = (options) => stripe.tokens.create({ [type]: params }, options);

  test(`${type}: made, read, used once`, async () => {
    const token = await create();
    assert.equal(token.type, type);
    assert.equal(token.lastResponse.statusCode, 200);
    assert.deepEqual({ ...(await stripe.tokens.retrieve(token.id)) }, { ...token });
    assert.equal(token.used, false);
    await use(token.id);
    assert.equal((await stripe.tokens.retrieve(token.id)).used, true);
    await assert.rejects(use(token.id), (error) => {
      assert.ok(error instanceof errors.StripeInvalidRequestError, error);
      assert.equal(error.code, "token_already_used");
      return true;
    });
  });

  test(`${type}: tried again`, async () => {
    await control("fail_next", { status: 429, path: "/v1/tokens" });
    await control("fail_next", { exception: "ConnectionError", path: "/v1/tokens" });
    const token = await create();
    await control("fail_next", { status: 503 });
    await use(token.id);
    assert.equal((await stripe.tokens.retrieve(token.id)).used, true);
    const statuses = (await control("requests")).map((request) => request.response_status);
    assert.deepEqual(statuses.filter((status) => status !== 200), [429, null, 503]);
  });

  test(`${type}: refused`, async () => {
    for (const [failure, Kind] of [
      [{ status: 429 }, errors.StripeRateLimitError],
      // The package tries once again whatever it is told.
      [{ exception: "ConnectionError", times: 2 }, errors.StripeConnectionError],
      [{ status: 500 }, errors.StripeAPIError],
      [{ status: 401 }, errors.StripeAuthenticationError],
      [{ status: 403 }, errors.StripePermissionError],
      [{ code: "card_declined" }, errors.StripeCardError],
    ]) {
      await control("fail_next", failure);
      await assert.rejects(create({ maxNetworkRetries: 0 }), Kind);
    }
    await assert.rejects(stripe.tokens.create({ [type]: { ...params, nonsense: "1" } }), (error) => {
      assert.ok(error instanceof errors.StripeInvalidRequestError, error);
      assert.deepEqual([error.code, error.param], ["parameter_unknown", `${type}[nonsense]`]);
      return true;
    });
    // An identity number may be any text.
    if (type !== "pii") await assert.rejects(use("tok_none"), errors.StripeInvalidRequestError);
  });

  test(`${type}: once under an idempotency key, and for a connected account alone`, async () => {
    const first = await create({ idempotencyKey: type });
    const second = await create({ idempotencyKey: type });
    assert.equal(second.id, first.id);
    assert.equal(second.lastResponse.headers["idempotent-replayed"], "true");
    await assert.rejects(stripe.customers.create({}, { idempotencyKey: type }), errors.StripeIdempotencyError);
    const stripeAccount = (await account()).id;
    const theirs = await create({ stripeAccount });
    assert.equal((await stripe.tokens.retrieve(theirs.id, {}, { stripeAccount })).id, theirs.id);
    await assert.rejects(stripe.tokens.retrieve(theirs.id), { code: "resource_missing" });
  });
}

test("a card's own refusals are Stripe's", async () => {
  const declined = async (number) => {
    const { id } = await stripe.tokens.create({ card: { ...CARD, number } });
    return stripe.charges.create({ amount: 500, currency: "usd", source: id });
  };
  for (const [number, code, decline] of [
    ["4000000000000002", "card_declined", "generic_decline"],
    ["4000000000009995", "card_declined", "insufficient_funds"],
    ["4000000000000069", "expired_card", "expired_card"],
    ["4242424242424241", "incorrect_number", ""],
  ]) {
    await assert.rejects(declined(number), (error) => {
      assert.ok(error instanceof errors.StripeCardError, error);
      assert.deepEqual([error.statusCode, error.code, error.decline_code], [402, code, decline]);
      assert.match(error.requestId, /^req_/);
      return true;
    });
  }
});

test("a list is read to its end", async () => {
  for (let number = 0; number < 25; number += 1) await stripe.customers.create({ name: `customer ${number}` });
  const names = [];
  for await (const { name } of stripe.customers.list({ limit: 10 })) names.push(name);
  assert.equal(new Set(names).size, 25);
  assert.equal(names[0], "customer 24");
  assert.equal((await stripe.customers.list({ limit: 7 }).autoPagingToArray({ limit: 20 })).length, 20);
});

test("what a charge points to is expanded", async () => {
  const customer = await stripe.customers.create({ name: "Jenny", source: "tok_visa" });
  const expand = ["customer", "balance_transaction"];
  const charge = await stripe.charges.create({ amount: 500, currency: "usd", customer: customer.id, expand });
  assert.equal(charge.customer.name, "Jenny");
  assert.equal(charge.balance_transaction.net + charge.balance_transaction.fee, 500);
  const list = await stripe.charges.list({ limit: 1, expand: ["data.customer"] });
  assert.equal(list.data[0].customer.name, "Jenny");
});

test("an answer that does not come in time is a connection's error", async () => {
  await control("fail_next", { exception: "TimeoutError" });
  await assert.rejects(client({ timeout: 200, maxNetworkRetries: 0 }).tokens.create({ card: CARD }), (error) => {
    assert.ok(error instanceof errors.StripeConnectionError, error);
    assert.equal(error.detail.code, "ETIMEDOUT");
    return true;
  });
});

test("connections are kept, by hundreds of requests at once too, and fetch does as well", async () => {
  const one = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set();
  one.on("free", (socket) => ports.add(socket.localPort));
  for (let turn = 0; turn < 10; turn += 1) await client({ httpAgent: one }).balance.retrieve();
  one.destroy();
  assert.equal(ports.size, 1);
  const quiet = client({ telemetry: false });
  const tokens = await Promise.all(Array.from({ length: 300 }, () => quiet.tokens.create({ card: CARD })));
  assert.equal(new Set(tokens.map(({ id }) => id)).size, 300);
  const fetching = client({ httpClient: Stripe.createFetchHttpClient() });
  assert.equal((await fetching.tokens.create({ card: CARD })).card.last4, "4242");
});

test("what was sent is seen", async () => {
  await stripe.tokens.create({ card: CARD });
  const [seen] = await control("requests");
  assert.deepEqual([seen.method, seen.path, seen.token_type, seen.response_status], ["POST", "/v1/tokens", "card", 200]);
  assert.equal(seen.params.card.number.includes("42424242"), false);
});
