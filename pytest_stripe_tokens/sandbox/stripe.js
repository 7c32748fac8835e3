// A stand-in of Stripe.js for tests, by pytest-stripe-tokens. It is not Stripe's code and takes no real card.
//
// It has the part of Stripe.js' documented interface (https://docs.stripe.com/js) that is about tokens, payment
// methods, confirmation tokens and intents paid by card, and asks the server that it was loaded from, never Stripe.
// Its Elements are plain inputs in the page, no iframes, with the names that the inputs in Stripe's iframes have:
//
//   card                  cardnumber, exp-date, cvc, postal
//   cardNumber            cardnumber          cardExpiry   exp-date
//   cardCvc               cvc                 postalCode   postal
//   payment               number, expiry, cvc, postalCode (cards only)
//
// What it does not have throws an error that names it. It takes styles, fonts, locales and the like, and ignores them.
(() => {
  "use strict";

  class IntegrationError extends Error {
    name = "IntegrationError";
  }

  const fail = (message) => {
    throw new IntegrationError(message);
  };

  const notHere = (name) => () =>
    fail(`${name} is not in pytest-stripe-tokens' stand-in of Stripe.js. Replace it in the page that you test.`);

  if (!document.currentScript?.src) {
    fail("Load this stand-in of Stripe.js by a script element with a src: it asks the server that src names.");
  }
  const served = new URL(document.currentScript.src);
  const release = served.pathname.split("/")[1];

  // ---------------------------------------------------------------------------------------------------------------
  // Requests. An error of the API or of the connection is a result like another: {error}, and nothing is rejected.

  /** Names and values as Stripe's API takes them in a form: card[exp_month]=12. */
  const pairs = (value, name) => {
    if (value === undefined || value === null) return [];
    if (typeof value !== "object") return [[name, String(value)]];
    return Object.entries(value).flatMap(([key, inner]) => pairs(inner, name ? `${name}[${key}]` : key));
  };

  /** Send a request and give {[result]: the object} or {error}. */
  const send = async (client, method, path, params, result) => {
    const form = new URLSearchParams(pairs(params, "")).toString();
    const headers = { Authorization: `Bearer ${client.key}` };
    if (client.options.stripeAccount) headers["Stripe-Account"] = client.options.stripeAccount;
    if (client.options.apiVersion) headers["Stripe-Version"] = client.options.apiVersion;
    const inQuery = method === "GET" && form ? `?${form}` : "";
    const sent = { method, headers, credentials: "omit" };
    if (method === "POST") {
      headers["Content-Type"] = "application/x-www-form-urlencoded";
      sent.body = form;
    }
    let answer;
    try {
      answer = await fetch(`${served.origin}/v1/${path}${inQuery}`, sent);
      answer = await answer.json();
    } catch (cause) {
      const message = `${served.origin} gave no answer to ${method} /v1/${path.split("/")[0]}: ${cause.message}`;
      return { error: { type: "api_connection_error", message } };
    }
    return answer.error ? { error: answer.error } : { [result]: answer };
  };

  // ---------------------------------------------------------------------------------------------------------------
  // What is typed into the inputs, and what is wrong with it.

  const BRANDS = [
    // What the number begins with, how many digits it has, how many the security code has.
    ["visa", /^4/, [16], 3],
    ["mastercard", /^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16], 3],
    ["amex", /^3[47]/, [15], 4],
    ["discover", /^(6011|64[4-9]|65)/, [16], 3],
    ["diners", /^3[0689]/, [14, 16], 3],
    ["jcb", /^35/, [16], 3],
    ["unionpay", /^(62|81)/, [16, 17, 18, 19], 3],
    ["unknown", /^/, [16], 3],
  ];
  const brandOf = (digits) => BRANDS.find(([, prefix]) => prefix.test(digits));
  const digitsOf = (text) => text.replace(/\D/g, "");

  /** The check digit (Luhn): every second digit counts twice. */
  const isNumber = (digits) => {
    const sum = [...digits].reverse().reduce((total, digit, place) => {
      const value = Number(digit) * (place % 2 ? 2 : 1);
      return total + (value > 9 ? value - 9 : value);
    }, 0);
    return sum % 10 === 0;
  };

  const expiryOf = (text) => {
    const digits = digitsOf(text);
    const year = digits.slice(2).padStart(4, "20");
    return { month: Number(digits.slice(0, 2)), year: Number(year), digits };
  };

  const MESSAGES = {
    incomplete_number: "Your card number is incomplete.",
    invalid_number: "Your card number is invalid.",
    incomplete_expiry: "Your card's expiration date is incomplete.",
    invalid_expiry_month: "Your card's expiration date is invalid.",
    invalid_expiry_month_past: "Your card's expiration date is in the past.",
    invalid_expiry_year: "Your card's expiration year is invalid.",
    invalid_expiry_year_past: "Your card's expiration year is in the past.",
    incomplete_cvc: "Your card's security code is incomplete.",
    incomplete_zip: "Your postal code is incomplete.",
  };

  // `problem` gives one of the codes above, or nothing where the text is complete; `isFull`, whether the next input's
  // turn has come; `shown`, the text as it is set in the input.
  const FIELDS = {
    number: {
      label: "Credit or debit card number",
      placeholder: "1234 1234 1234 1234",
      autocomplete: "cc-number",
      shown: (text) => {
        const [brand, , lengths] = brandOf(digitsOf(text));
        const digits = digitsOf(text).slice(0, Math.max(...lengths));
        const groups = brand === "amex" ? /^(\d{1,4})(\d{1,6})?(\d+)?/ : /\d{1,4}/g;
        const found = digits.match(groups) || [];
        return (brand === "amex" ? found.slice(1).filter(Boolean) : found).join(" ");
      },
      problem: (text) => {
        const digits = digitsOf(text);
        const [, , lengths] = brandOf(digits);
        if (lengths.includes(digits.length) && isNumber(digits)) return undefined;
        return digits.length < Math.max(...lengths) ? "incomplete_number" : "invalid_number";
      },
      isFull: (text) => digitsOf(text).length >= Math.max(...brandOf(digitsOf(text))[2]),
    },
    expiry: {
      label: "Credit or debit card expiration date",
      placeholder: "MM / YY",
      autocomplete: "cc-exp",
      shown: (text) => {
        // 5 is May and 13 is January 3?, as they can mean nothing else.
        const digits = digitsOf(text).replace(/^(1[3-9]|[2-9])/, "0$1").slice(0, 6);
        return digits.length < 2 ? digits : `${digits.slice(0, 2)} / ${digits.slice(2)}`;
      },
      problem: (text) => {
        const { month, year, digits } = expiryOf(text);
        if (digits.length !== 4 && digits.length !== 6) return "incomplete_expiry";
        if (month < 1 || month > 12) return "invalid_expiry_month";
        const now = new Date();
        const ahead = year - now.getFullYear();
        if (ahead < 0) return "invalid_expiry_year_past";
        if (ahead > 50) return "invalid_expiry_year";
        return ahead === 0 && month < now.getMonth() + 1 ? "invalid_expiry_month_past" : undefined;
      },
      isFull: (text) => digitsOf(text).length === 4 && !digitsOf(text).endsWith("20"),
    },
    cvc: {
      label: "Credit or debit card CVC/CVV",
      placeholder: "CVC",
      autocomplete: "cc-csc",
      shown: (text, brand) => digitsOf(text).slice(0, brand[3]),
      problem: (text, brand) => {
        const least = brand[0] === "unknown" ? 3 : brand[3];
        return digitsOf(text).length < least ? "incomplete_cvc" : undefined;
      },
      isFull: (text, brand) => digitsOf(text).length >= brand[3],
    },
    postal: {
      label: "ZIP",
      placeholder: "ZIP",
      autocomplete: "postal-code",
      shown: (text) => text,
      problem: (text) => (text.trim() ? undefined : "incomplete_zip"),
      isFull: () => false,
    },
  };

  // The inputs of each Element, by their names.
  const ELEMENTS = {
    card: { cardnumber: "number", "exp-date": "expiry", cvc: "cvc", postal: "postal" },
    cardNumber: { cardnumber: "number" },
    cardExpiry: { "exp-date": "expiry" },
    cardCvc: { cvc: "cvc" },
    postalCode: { postal: "postal" },
    payment: { number: "number", expiry: "expiry", cvc: "cvc", postalCode: "postal" },
  };
  const STABLE_NAMES = { number: "cardNumber", expiry: "cardExpiry", cvc: "cardCvc", postal: "postalCode" };
  const STATES = ["complete", "empty", "focus", "invalid"];

  class StripeElement {
    // Names that begin with an underscore are this file's alone.
    constructor(group, kind, options = {}) {
      this._group = group;
      this._kind = kind;
      this._options = options;
      this._handlers = {};
      this._shownError = undefined;
      this._fields = Object.entries(ELEMENTS[kind]).map(([name, field]) => ({ name, field, input: this._input(name, field) }));
      this.update(options);
    }

    mount(where) {
      if (this._isDestroyed) fail("This Element has already been destroyed. Please create a new one.");
      const place = typeof where === "string" ? document.querySelector(where) : where;
      if (!(place instanceof HTMLElement)) {
        fail(
          typeof where === "string"
            ? `The selector you specified (${where}) applies to no DOM elements that are currently on the page. ` +
                "Make sure the element exists on the page before calling mount()."
            : `Invalid DOM element. Call mount() with a selector or a DOM element, not ${where}.`,
        );
      }
      this.unmount();
      this._place = place;
      place.replaceChildren(...this._fields.map(({ input }) => input));
      const label = place.id && document.querySelector(`label[for="${CSS.escape(place.id)}"]`);
      if (label) label.addEventListener("click", () => this.focus());
      this._showState();
      setTimeout(() => this._emit("ready"));
    }

    unmount() {
      if (!this._place) return;
      const { base, ...states } = this._classes();
      this._place.classList.remove(base, ...Object.values(states));
      this._place.replaceChildren();
      this._place = undefined;
    }

    destroy() {
      this.unmount();
      this._isDestroyed = true;
      this._group._elements.delete(this._kind);
    }

    clear() {
      this._fields.forEach(({ input }) => (input.value = ""));
      this._changed();
    }

    focus() {
      this._fields[0].input.focus();
    }

    blur() {
      this._fields.forEach(({ input }) => input.blur());
    }

    update(options = {}) {
      this._options = { ...this._options, ...options };
      const { disabled = false, placeholder, value, hidePostalCode = false } = this._options;
      for (const { field, input } of this._fields) {
        input.disabled = disabled;
        if (placeholder !== undefined && this._fields.length === 1) input.placeholder = placeholder;
        if (field !== "postal") continue;
        input.hidden = hidePostalCode;
        const postal = this._kind === "postalCode" ? options.value : options.value?.postalCode;
        if (postal !== undefined) input.value = postal;
      }
      if (this._place) this._changed();
    }

    on(event, handler) {
      if (typeof handler !== "function") fail(`Invalid handler for the ${event} event: it should be a function.`);
      (this._handlers[event] ||= new Set()).add(handler);
      return this;
    }

    once(event, handler) {
      const once = (told) => {
        this.off(event, once);
        handler(told);
      };
      return this.on(event, once);
    }

    off(event, handler) {
      if (handler) this._handlers[event]?.delete(handler);
      else delete this._handlers[event];
      return this;
    }

    addEventListener(event, handler) {
      return this.on(event, handler);
    }

    removeEventListener(event, handler) {
      return this.off(event, handler);
    }

    _input(name, field) {
      const { label, placeholder, autocomplete } = FIELDS[field];
      const input = document.createElement("input");
      Object.assign(input, { name, placeholder, autocomplete, type: "text", spellcheck: false });
      input.inputMode = field === "postal" ? "text" : "numeric";
      input.setAttribute("aria-label", label);
      input.dataset.elementsStableFieldName = STABLE_NAMES[field];
      input.addEventListener("input", (event) => this._typed(field, input, event));
      input.addEventListener("focus", (event) => this._owns(event.relatedTarget) || this._emit("focus"));
      input.addEventListener("blur", (event) => this._left(field, input, event.relatedTarget));
      input.addEventListener("keydown", (event) => this._pressed(event));
      // Of no form: what is typed is never sent to the page's own server.
      input.setAttribute("form", "none");
      return input;
    }

    _typed(field, input, event) {
      const brand = this._group._brand();
      const isDeleting = (event.inputType || "").startsWith("delete");
      if (!isDeleting) input.value = FIELDS[field].shown(input.value, brand);
      this._shownError = undefined;
      this._changed();
      if (field === "number") this._group._brandChanged(this);
      const rest = this._fields.filter((one) => !one.input.hidden).map((one) => one.input);
      const next = rest[rest.indexOf(input) + 1];
      const isDone = FIELDS[field].isFull(input.value, brand) && !FIELDS[field].problem(input.value, brand);
      if (isDone && next && !isDeleting && document.activeElement === input) next.focus();
    }

    _pressed(event) {
      if (event.key === "Escape") this._emit("escape");
      if (event.key !== "Enter") return;
      event.preventDefault();
      this._place.closest("form")?.requestSubmit();
    }

    _owns(node) {
      return this._fields.some(({ input }) => input === node);
    }

    _left(field, input, next) {
      if (!this._owns(next)) this._emit("blur");
      const code = input.value && FIELDS[field].problem(input.value, this._group._brand());
      if (code && this._shownError?.code !== code) this._show(code);
      else this._showState();
    }

    /** Show what is wrong, as Stripe.js does once an input is left or used. */
    _show(code) {
      this._shownError = code && { type: "validation_error", code, message: MESSAGES[code] };
      this._changed();
      return this._shownError;
    }

    _problems() {
      const brand = this._group._brand();
      const asked = this._fields.filter(({ input }) => !input.hidden);
      return asked.map(({ field, input }) => FIELDS[field].problem(input.value, brand)).filter(Boolean);
    }

    /** What is wrong with what is typed, at once where it can't become right any more. */
    _state() {
      const problems = this._problems();
      const typed = this._fields.filter(({ input }) => input.value);
      const wrong = problems.find((code) => code.startsWith("invalid_"));
      const error = this._shownError || (wrong && { type: "validation_error", code: wrong, message: MESSAGES[wrong] });
      return { elementType: this._kind, empty: typed.length === 0, complete: problems.length === 0, error };
    }

    _changed() {
      this._showState();
      const { error, ...event } = this._state();
      if (this._kind === "payment") {
        Object.assign(event, { collapsed: false, value: { type: "card" } });
      } else {
        event.error = error;
      }
      if (this._kind === "card") event.value = { postalCode: this._text("postal") || "" };
      if (this._kind === "postalCode") event.value = this._text("postal");
      if (this._kind === "card" || this._kind === "cardNumber") event.brand = this._group._brand()[0];
      const told = JSON.stringify(event);
      if (told !== this._told && this._place) {
        this._told = told;
        this._emit("change", event);
      }
    }

    _emit(event, told = {}) {
      const payload = { elementType: this._kind, ...told };
      [...(this._handlers[event] || [])].forEach((handler) => handler(payload));
    }

    _classes() {
      const names = STATES.map((state) => [state, `StripeElement--${state}`]);
      return { base: "StripeElement", ...Object.fromEntries(names), ...this._options.classes };
    }

    _showState() {
      if (!this._place) return;
      const { complete, empty, error } = this._state();
      const states = { complete, empty, focus: this._owns(document.activeElement), invalid: Boolean(error) };
      const classes = this._classes();
      this._place.classList.add(classes.base);
      STATES.forEach((state) => this._place.classList.toggle(classes[state], states[state]));
      this._fields.forEach(({ field, input }) => {
        const code = FIELDS[field].problem(input.value, this._group._brand());
        input.setAttribute("aria-invalid", String(Boolean(error) && error.code === code));
      });
    }

    _text(field) {
      return this._fields.find((one) => one.field === field && !one.input.hidden)?.input.value;
    }
  }

  class StripeElements {
    constructor(options = {}) {
      this._options = options;
      this._elements = new Map();
      this._isSubmitted = false;
    }

    create(kind, options) {
      if (!ELEMENTS[kind]) notHere(`elements.create('${kind}')`)();
      if (this._elements.has(kind)) fail(`Can only create one Element of type ${kind} through an Elements object.`);
      if (kind === "payment" && !this._options.clientSecret && !this._options.mode) {
        fail("To create a payment Element, pass clientSecret or mode to stripe.elements().");
      }
      const element = new StripeElement(this, kind, options);
      this._elements.set(kind, element);
      return element;
    }

    getElement(kind) {
      // @stripe/react-stripe-js asks with its components.
      return this._elements.get(kind?.__elementType || kind) || null;
    }

    async submit() {
      const error = this._error();
      this._isSubmitted = !error;
      return error ? { error } : { selectedPaymentMethod: "card" };
    }

    async update(options) {
      this._options = { ...this._options, ...options };
    }

    async fetchUpdates() {
      return {};
    }

    on() {
      return this;
    }

    _all() {
      return [...this._elements.values()];
    }

    _brand() {
      const number = this._all().map((element) => element._text("number")).find((text) => text !== undefined);
      return brandOf(digitsOf(number || ""));
    }

    /** How long a security code is depends on the number. */
    _brandChanged(source) {
      this._all().filter((element) => element !== source).forEach((element) => element._changed());
    }

    /** The first thing that is wrong in one of the mounted Elements, which then shows it. */
    _error() {
      for (const element of this._all().filter(({ _place }) => _place)) {
        const [code] = element._problems();
        if (code) return element._show(code);
      }
      return undefined;
    }

    _first(field) {
      const found = this._all().filter(({ _place }) => _place).map((element) => element._text(field));
      return found.find((text) => text !== undefined);
    }

    /** What was typed, as the API takes a card; and the postal code, which belongs to billing details. */
    _card() {
      const card = {};
      const [number, expiry, cvc] = ["number", "expiry", "cvc"].map((field) => this._first(field));
      if (number !== undefined) card.number = digitsOf(number);
      if (expiry !== undefined) Object.assign(card, { exp_month: expiryOf(expiry).month, exp_year: expiryOf(expiry).year });
      if (cvc !== undefined) card.cvc = digitsOf(cvc);
      return { card, postal: this._first("postal")?.trim() || undefined };
    }
  }

  const mounted = (element) => {
    if (!element._place) {
      fail(
        "We could not retrieve data from the specified Element. " +
          "Please make sure the Element you are attempting to use is still mounted.",
      );
    }
    return element._group;
  };

  // ---------------------------------------------------------------------------------------------------------------
  // What the methods send.

  const TOKENS = ["account", "bank_account", "card", "cvc_update", "person", "pii"];

  /** The parameters of POST /v1/tokens, or {error} where something typed is wrong. */
  const tokenParams = (what, data = {}) => {
    if (what instanceof StripeElement && what._kind !== "cardCvc") {
      const group = mounted(what);
      const error = group._error();
      const { card, postal } = group._card();
      return error ? { error } : { card: { ...data, ...card, ...(postal && { address_zip: postal }) } };
    }
    if (!TOKENS.includes(what)) fail("You must provide a Stripe Element or a valid token type to create a Token.");
    if (what === "cvc_update") {
      if (!(data instanceof StripeElement)) return { cvc_update: typeof data === "object" ? data : { cvc: data } };
      mounted(data);
      const [code] = data._problems();
      return code ? { error: data._show(code) } : { cvc_update: { cvc: digitsOf(data._text("cvc") || "") } };
    }
    // Stripe.js' own name for it; the API's is id_number.
    const { personal_id_number: number, ...pii } = data;
    return { [what]: what === "pii" && number !== undefined ? { ...pii, id_number: number } : data };
  };

  /** A payment method's `type`, `card` and `billing_details`, or {error} where something typed is wrong. */
  const methodParams = ({ card, type = "card", billing_details: billing, ...more }) => {
    if (type !== "card") notHere(`a payment method of type ${type}`)();
    if (!card || typeof card !== "object") fail("Invalid value for a payment method: card should be an Element or an object.");
    if (!(card instanceof StripeElement)) return { type, card, billing_details: billing, ...more };
    const group = mounted(card);
    const error = group._error();
    return error ? { error } : fromGroup(group, { billing_details: billing, ...more });
  };

  const fromGroup = (group, { billing_details: billing, ...more } = {}) => {
    const { card, postal } = group._card();
    const address = { ...billing?.address, ...(postal && { postal_code: postal }) };
    const known = Object.keys(address).length ? { ...billing, address } : billing;
    return { type: "card", card, billing_details: known, ...more };
  };

  /** The elements of an {elements} option, which elements.submit() has to have checked. */
  const submitted = (elements, method) => {
    if (!(elements instanceof StripeElements)) fail(`Invalid value for ${method}: elements should come from stripe.elements().`);
    if (elements._options.mode && !elements._isSubmitted) fail(`elements.submit() must be called before ${method}.`);
    return elements._error();
  };

  const KINDS = {
    payment: { path: "payment_intents", result: "paymentIntent", prefix: "pi" },
    setup: { path: "setup_intents", result: "setupIntent", prefix: "seti" },
  };

  /** The path of an intent, which its client secret names. */
  const pathOf = (kind, secret, method) => {
    const match = new RegExp(`^(${kind.prefix}_[^/?#]+)_secret_[^/?#]+$`).exec(secret);
    if (!match) {
      fail(
        `Invalid value for ${method} intent secret: value should be a client secret of the form ` +
          "${id}_secret_${secret}.",
      );
    }
    return `${kind.path}/${encodeURIComponent(match[1])}`;
  };

  const retrieve = (client, kind, secret, method) =>
    send(client, "GET", pathOf(kind, secret, method), { client_secret: secret }, kind.result);

  const confirm = async (client, kind, secret, params, method, options = {}) => {
    const path = `${pathOf(kind, secret, method)}/confirm`;
    const sent = { ...params, client_secret: secret, use_stripe_sdk: true };
    const done = await send(client, "POST", path, sent, kind.result);
    return done.error || options.handleActions === false ? done : authenticate(client, kind, secret, done, method);
  };

  const confirmCard = async (client, kind, secret, data = {}, options = {}, method = "") => {
    const { payment_method: given, payment_method_options: methodOptions, ...params } = data;
    pathOf(kind, secret, method);
    if (typeof given === "string") {
      params.payment_method = given;
    } else if (given) {
      const { error, ...made } = methodParams(given);
      if (error) return { error };
      params.payment_method_data = made;
    }
    if (methodOptions) {
      const { cvc, ...card } = methodOptions.card || {};
      params.payment_method_options = { ...methodOptions, card };
      if (cvc) {
        const { error, token } = await createToken(client, "cvc_update", cvc);
        if (error) return { error };
        card.cvc_token = token.id;
      }
    }
    return confirm(client, kind, secret, params, method, options);
  };

  const confirmElements = async (client, kind, options, method) => {
    const { elements, clientSecret, confirmParams: params = {}, redirect = "always", confirmationToken } = options;
    const secret = clientSecret || elements?._options.clientSecret;
    let sent = { ...params };
    if (confirmationToken || params.confirmation_token) {
      sent.confirmation_token = confirmationToken || params.confirmation_token;
    } else if (elements) {
      const error = submitted(elements, method);
      if (error) return { error };
      const { payment_method_data: data, ...rest } = params;
      sent = { ...rest, payment_method_data: fromGroup(elements, data) };
    }
    if (redirect !== "if_required" && !params.return_url) {
      fail(`You must provide confirmParams.return_url to ${method}, or redirect: 'if_required'.`);
    }
    const done = await confirm(client, kind, secret, sent, method);
    if (done.error || redirect === "if_required") return done;
    const { id, status } = done[kind.result];
    const back = new URL(params.return_url);
    const name = kind.path.slice(0, -1);
    back.searchParams.set(name, id);
    back.searchParams.set(`${name}_client_secret`, secret);
    back.searchParams.set("redirect_status", status === "requires_capture" ? "succeeded" : status);
    window.location.assign(back);
    // The page is left, as Stripe.js leaves it.
    return new Promise(() => {});
  };

  const createToken = async (client, what, data) => {
    const { error, ...params } = tokenParams(what, data);
    return error ? { error } : send(client, "POST", "tokens", params, "token");
  };

  const createPaymentMethod = async (client, options, card, data) => {
    let params;
    if (typeof options === "string") {
      params = methodParams({ ...data, type: options, card });
    } else if (options.elements) {
      const error = submitted(options.elements, "stripe.createPaymentMethod()");
      params = error ? { error } : fromGroup(options.elements, options.params);
    } else if (options.element) {
      params = methodParams({ ...options.params, card: options.element });
    } else {
      params = methodParams(options);
    }
    if (params.error) return { error: params.error };
    return send(client, "POST", "payment_methods", params, "paymentMethod");
  };

  const createConfirmationToken = async (client, { elements, params = {} }) => {
    const error = submitted(elements, "stripe.createConfirmationToken()");
    if (error) return { error };
    const { payment_method_data: data, ...rest } = params;
    const sent = { ...rest, payment_method_data: fromGroup(elements, data) };
    return send(client, "POST", "confirmation_tokens", sent, "confirmationToken");
  };

  /** Ask as the test page of a card's bank does, whose buttons have these ids; true where the customer completes. */
  const challenge = () =>
    new Promise((answered) => {
      const dialog = document.createElement("dialog");
      dialog.id = "challenge";
      dialog.innerHTML =
        "<p>3D Secure test page, by pytest-stripe-tokens</p>" +
        '<button type="button" id="test-source-authorize-3ds">Complete</button> ' +
        '<button type="button" id="test-source-fail-3ds">Fail</button>';
      const [complete, failed] = dialog.querySelectorAll("button");
      complete.addEventListener("click", () => dialog.close("complete"));
      failed.addEventListener("click", () => dialog.close("fail"));
      dialog.addEventListener("close", () => {
        dialog.remove();
        answered(dialog.returnValue === "complete");
      });
      document.body.append(dialog);
      dialog.showModal();
    });

  /** 3D Secure, where an intent asks for it. */
  const authenticate = async (client, kind, secret, done, method) => {
    if (done[kind.result].status !== "requires_action") return done;
    const status = (await challenge()) ? "Y" : "N";
    const sent = { client_secret: secret, final_cres: JSON.stringify({ transStatus: status }) };
    const { error } = await send(client, "POST", "3ds2/challenge_complete", sent, "challenge");
    const found = error ? { error } : await retrieve(client, kind, secret, method);
    const intent = found[kind.result];
    if (intent?.status !== "requires_payment_method") return found;
    return { error: { ...(intent.last_payment_error || intent.last_setup_error), [kind.path.slice(0, -1)]: intent } };
  };

  // ---------------------------------------------------------------------------------------------------------------
  // Stripe(key).

  // The payment methods of confirm<name>Payment and confirm<name>Setup.
  const OTHERS =
    "AcssDebit Affirm AfterpayClearpay Alipay AmazonPay AuBecsDebit BacsDebit Bancontact Billie Blik Boleto Cashapp " +
    "CustomerBalance Eps Fpx Giropay GrabPay Ideal Klarna Konbini Mobilepay Multibanco Oxxo P24 PayByBank PayNow PayPal " +
    "Pix PromptPay SepaDebit Sofort Twint UsBankAccount WechatPay";
  const NOT_HERE = [
    ...OTHERS.split(" ").flatMap((name) => [`confirm${name}Payment`, `confirm${name}Setup`]),
    ..."collectBankAccountForPayment collectBankAccountForSetup collectBankAccountToken".split(" "),
    ..."collectFinancialConnectionsAccounts createEmbeddedCheckoutPage createEphemeralKeyNonce".split(" "),
    ..."createRadarSession createSource initCheckout initCheckoutElementsSdk initCheckoutFormSdk".split(" "),
    ..."initEmbeddedCheckout initializePricing paymentRequest processOrder redirectToCheckout retrieveOrder".split(" "),
    ..."retrieveSource verifyIdentity verifyMicrodepositsForPayment verifyMicrodepositsForSetup".split(" "),
  ];

  const checkKey = (key) => {
    if (typeof key !== "string") fail("Missing value for Stripe(): apiKey should be a string.");
    if (key === "") fail("Please call Stripe() with your publishable key. You used an empty string.");
    if (/^[sr]k_/.test(key)) {
      fail("You should not use your secret key with Stripe.js.\n\nPlease pass a publishable key instead.");
    }
    // Not shown: it may be anything.
    if (!/^pk_test_/.test(key)) fail("This stand-in of Stripe.js takes test keys only: pk_test_...");
  };

  function Stripe(key, options = {}) {
    checkKey(key);
    const client = { key, options };
    const { payment, setup } = KINDS;
    const missing = NOT_HERE.map((name) => [name, notHere(`stripe.${name}()`)]);
    const one = async (kind, secret, method) => {
      const found = await retrieve(client, kind, secret, method);
      return found.error ? found : authenticate(client, kind, secret, found, method);
    };
    return {
      ...Object.fromEntries(missing),
      elements: (given) => new StripeElements(given),
      createToken: (what, data) => createToken(client, what, data),
      createPaymentMethod: (...given) => createPaymentMethod(client, ...given),
      createConfirmationToken: (given) => createConfirmationToken(client, given),
      confirmCardPayment: (secret, data, more) =>
        confirmCard(client, payment, secret, data, more, "stripe.confirmCardPayment"),
      confirmCardSetup: (secret, data, more) => confirmCard(client, setup, secret, data, more, "stripe.confirmCardSetup"),
      confirmPayment: (given) => confirmElements(client, payment, given, "stripe.confirmPayment()"),
      confirmSetup: (given) => confirmElements(client, setup, given, "stripe.confirmSetup()"),
      handleCardAction: (secret) => one(payment, secret, "stripe.handleCardAction"),
      handleCardSetup: notHere("stripe.handleCardSetup()"),
      handleNextAction: ({ clientSecret }) =>
        one(/^seti_/.test(clientSecret) ? setup : payment, clientSecret, "stripe.handleNextAction"),
      retrievePaymentIntent: (secret) => retrieve(client, payment, secret, "stripe.retrievePaymentIntent"),
      retrieveSetupIntent: (secret) => retrieve(client, setup, secret, "stripe.retrieveSetupIntent"),
      registerAppInfo: () => {},
    };
  }

  // What @stripe/stripe-js compares with the release that it was made for.
  Stripe.version = release === "v3" ? 3 : release;

  if (window.Stripe) {
    console.warn("Stripe.js was loaded before pytest-stripe-tokens' stand-in of it, which does nothing now.");
    return;
  }
  window.Stripe = Stripe;
  console.info(
    `This page uses pytest-stripe-tokens' stand-in of Stripe.js, for tests: it asks ${served.origin} and takes no real card.`,
  );
})();
