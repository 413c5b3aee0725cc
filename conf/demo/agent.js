/*
 * The agents of the demo, all simulated: nothing is looked up, paid, moved or
 * sent.  Each answer says so in its member `note`.
 *
 *   POST /demo-agent/<channel>/execute        one action of the table below
 *   GET  /demo-agent/<channel>/capabilities   the actions of that channel
 *   GET  /demo-agent/<channel>/health
 *
 * The same question gets the same answer: what varies is computed from the
 * question, and the one fault (a registry that is busy at first) comes with the
 * number of the attempt.
 */

const NOTE = 'simulated by the LangOrch demo: nothing really happened';
const WORK_MS = 350;


/* A number in [0, n) that belongs to the text. */

function pick(text, n) {
    let sum = 7;

    for (let i = 0; i < text.length; i++) {
        sum = (sum * 31 + text.charCodeAt(i)) % 1000003;
    }

    return sum % n;
}


function matchOrder(p) {
    const amount = Number(p.amount) || 0;
    const share = pick(`${p.supplier}${p.invoice_number}`, 3) === 2 ? 0.9 : 1;
    const ordered = Math.round(amount * share * 100) / 100;

    return {
        order_number: `PO-${20000 + pick(String(p.invoice_number), 7000)}`,
        ordered_amount: ordered,
        matches: ordered === amount,
    };
}


function schedulePayment(p, call) {
    return {
        payment_id: `PAY-${100000 + pick(call.key, 899999)}`,
        amount: p.amount,
        currency: p.currency,
        value_date: 'next business day',
    };
}


/* Busy at the first attempt, as public registries are.  It says so with a 4xx:
 * three of 5xx in a row, of three runs begun at once, would open its circuit. */

function lookUpCompany(p, call) {
    if (call.attempt < 2) {
        return fault(429, 'RegistryBusy: too many requests, try again');
    }

    return {
        legal_name: `${p.company} Ltd`,
        registered_since: 1990 + pick(String(p.company), 30),
        active: true,
    };
}


function screenCompany(p) {
    const score = pick(String(p.legal_name), 60);

    return { score: score, risk: score > 50 ? 'high' : 'low', hits: [] };
}


function readProbes(p) {
    const base = 3 + pick(String(p.room), 9);

    return { room: p.room, celsius: [base, base + 0.4, base + 1.1],
             highest: base + 1.1 };
}


/* Nobody is free at night: a definite answer, which no retry would change. */

function bookTechnician(p) {
    if (p.urgency === 'tonight') {
        return fault(409, 'NobodyFree: the first free visit is tomorrow 08:30');
    }

    return { visit: 'tomorrow 08:30', technician: 'R. Okafor' };
}


function bookPartner(p) {
    return { visit: 'tonight 22:15', partner: 'Nordfrost Service', fee: 180 };
}


function moveStock(p) {
    return { pallets: 4 + pick(String(p.from), 8), from: p.from, to: p.to };
}


function sendMail(p, call) {
    return { message_id: `<${call.key}@demo.invalid>`, to: p.to,
             delivered: false };
}


const CHANNELS = {
    erp: { match_order: matchOrder },
    bank: { schedule_payment: schedulePayment },
    registry: { look_up_company: lookUpCompany, screen_company: screenCompany },
    coldstore: { read_probes: readProbes, move_stock: moveStock },
    fieldservice: { book_technician: bookTechnician, book_partner: bookPartner },
    mail: { send_mail: sendMail },
};


function fault(status, text) {
    return { fault: status, text: text };
}


function answer(r, status, body) {
    r.headersOut['Content-Type'] = 'application/json';
    r.return(status, JSON.stringify(body));
}


function execute(r, actions) {
    let call;

    try {
        call = JSON.parse(r.requestText || '');
    } catch (e) {
        answer(r, 400, { status: 'error', error: 'BadRequest: not JSON' });
        return;
    }

    const action = actions[call.action];

    if (action === undefined) {
        answer(r, 404, { status: 'error',
                         error: `UnknownAction: ${call.action}` });
        return;
    }

    const result = action(call.params || {}, {
        key: r.headersIn['Idempotency-Key'] || call.run_id || '',
        attempt: Number(r.headersIn['X-Attempt'] || call.attempt) || 1,
    });

    setTimeout(() => {
        if (result.fault) {
            answer(r, result.fault, { status: 'error', error: result.text,
                                      note: NOTE });
            return;
        }

        result.note = NOTE;
        answer(r, 200, { status: 'success', result: result });
    }, WORK_MS);
}


function serve(r) {
    const part = r.uri.split('/');
    const actions = CHANNELS[part[2]];
    const question = `${r.method} ${part[3]}`;

    if (actions === undefined) {
        answer(r, 404, { status: 'error', error: 'UnknownAgent' });

    } else if (question === 'POST execute') {
        execute(r, actions);

    } else if (question === 'GET health') {
        answer(r, 200, { status: 'ok', note: NOTE });

    } else if (question === 'GET capabilities') {
        answer(r, 200, { capabilities: Object.keys(actions), note: NOTE });

    } else {
        answer(r, 404, { status: 'error', error: 'NoSuchEndpoint' });
    }
}

export default { serve };
