-- Made by tools/schema.py, never by hand: the tables of a new SQLite store.
CREATE TABLE face (
    source_id INTEGER NOT NULL,
    content INTEGER NOT NULL,
    who INTEGER NOT NULL,
    keys BLOB NOT NULL,
    PRIMARY KEY (source_id)
);

CREATE TABLE match_key (
    "key" INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    content INTEGER NOT NULL,
    who INTEGER NOT NULL,
    PRIMARY KEY ("key", source_id)
);

CREATE TABLE customer (
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    state TEXT NOT NULL,
    alias_of TEXT,
    PRIMARY KEY (customer_id)
);

CREATE INDEX customer_alias ON customer (alias_of);

CREATE TABLE link (
    source_id INTEGER NOT NULL,
    customer_id TEXT NOT NULL,
    rule TEXT NOT NULL,
    PRIMARY KEY (source_id)
);

CREATE INDEX link_customer ON link (customer_id);

CREATE TABLE link_event (
    seq INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    from_customer TEXT,
    to_customer TEXT,
    rule TEXT NOT NULL,
    run_id TEXT NOT NULL,
    PRIMARY KEY (seq)
);

CREATE INDEX IF NOT EXISTS link_event_left ON link_event (from_customer) WHERE to_customer IS NULL;

CREATE INDEX link_event_source ON link_event (source_id);

CREATE TABLE pair (
    a_id INTEGER NOT NULL,
    b_id INTEGER NOT NULL,
    band TEXT NOT NULL,
    rule TEXT NOT NULL,
    own TEXT NOT NULL,
    weight INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    PRIMARY KEY (a_id, b_id)
);

CREATE INDEX pair_b ON pair (b_id);

CREATE INDEX pair_band ON pair (band);

CREATE TABLE decision (
    a_ref TEXT NOT NULL,
    b_ref TEXT NOT NULL,
    band TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (a_ref, b_ref)
);

CREATE INDEX decision_b ON decision (b_ref);

CREATE TABLE decision_event (
    seq INTEGER NOT NULL,
    a_ref TEXT NOT NULL,
    b_ref TEXT NOT NULL,
    band TEXT NOT NULL,
    "by" TEXT NOT NULL,
    at TEXT NOT NULL,
    note TEXT NOT NULL,
    run_id TEXT NOT NULL,
    PRIMARY KEY (seq)
);

CREATE INDEX decision_event_a ON decision_event (a_ref);

CREATE INDEX decision_event_b ON decision_event (b_ref);

CREATE TABLE source_customer (
    record_id INTEGER NOT NULL,
    stream_id INTEGER NOT NULL,
    controller TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (record_id)
);

CREATE TABLE orders (
    record_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    kind TEXT NOT NULL,
    source_id INTEGER,
    order_record_id INTEGER,
    number TEXT NOT NULL,
    channel TEXT NOT NULL,
    store TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    day TEXT NOT NULL,
    hour INTEGER NOT NULL,
    weekday INTEGER NOT NULL,
    status TEXT NOT NULL,
    currency TEXT NOT NULL,
    gross INTEGER NOT NULL,
    net INTEGER NOT NULL,
    refund_gross INTEGER NOT NULL,
    refund_net INTEGER NOT NULL,
    discount INTEGER NOT NULL,
    shipping INTEGER NOT NULL,
    counts BOOLEAN NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (record_id, part)
);

CREATE INDEX IF NOT EXISTS orders_of_order ON orders (order_record_id) WHERE order_record_id IS NOT NULL;

CREATE TABLE delivery (
    record_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    order_record_id INTEGER NOT NULL,
    source_id INTEGER,
    method TEXT NOT NULL,
    promised_on TEXT,
    shipped_on TEXT,
    delivered_on TEXT,
    carrier TEXT NOT NULL,
    evidence TEXT NOT NULL,
    route TEXT NOT NULL,
    PRIMARY KEY (record_id, part)
);

CREATE INDEX delivery_order ON delivery (order_record_id);

CREATE TABLE interaction (
    record_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    source_id INTEGER,
    at TEXT NOT NULL,
    day TEXT NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    direction TEXT NOT NULL,
    status TEXT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL,
    due_on TEXT,
    resolved_on TEXT,
    store TEXT NOT NULL,
    order_ref TEXT NOT NULL,
    thread TEXT NOT NULL,
    contact TEXT NOT NULL,
    details TEXT NOT NULL,
    PRIMARY KEY (record_id, part)
);

CREATE INDEX IF NOT EXISTS interaction_contact ON interaction (contact) WHERE contact <> '';

CREATE TABLE consent_claim (
    record_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    state TEXT NOT NULL,
    contact TEXT NOT NULL,
    at TEXT,
    basis TEXT NOT NULL,
    origin TEXT NOT NULL,
    evidence TEXT NOT NULL,
    expires_on TEXT,
    PRIMARY KEY (record_id, part)
);

CREATE TABLE product (
    record_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    connection TEXT NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    gtin TEXT NOT NULL,
    category TEXT NOT NULL,
    brand TEXT NOT NULL,
    size TEXT NOT NULL,
    cost INTEGER,
    currency TEXT NOT NULL,
    PRIMARY KEY (record_id, part)
);

CREATE INDEX product_sku ON product (connection, sku);

CREATE TABLE shop (
    record_id INTEGER NOT NULL,
    part TEXT NOT NULL,
    connection TEXT NOT NULL,
    "key" TEXT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    postal_code TEXT NOT NULL,
    city TEXT NOT NULL,
    route TEXT NOT NULL,
    PRIMARY KEY (record_id, part)
);

CREATE TABLE ledger (
    seq INTEGER NOT NULL,
    subject TEXT NOT NULL,
    channel TEXT NOT NULL,
    purpose TEXT NOT NULL,
    controller TEXT NOT NULL,
    state TEXT NOT NULL,
    basis TEXT NOT NULL,
    at TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    origin TEXT NOT NULL,
    expires_on TEXT,
    commitment BLOB NOT NULL,
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (seq)
);

CREATE INDEX ledger_subject ON ledger (subject);

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger  BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER ledger_no_replace BEFORE INSERT ON ledger WHEN EXISTS (SELECT 1 FROM ledger WHERE seq = NEW.seq) BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TABLE ledger_payload (
    seq INTEGER NOT NULL,
    salt BLOB NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (seq)
);

CREATE TABLE ledger_key (
    id INTEGER NOT NULL,
    "key" BLOB NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE consent_told (
    source_id INTEGER NOT NULL,
    told TEXT NOT NULL,
    PRIMARY KEY (source_id)
);

CREATE TABLE store_id (
    id TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE profile (
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    hash BLOB NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (customer_id)
);

CREATE TABLE habit (
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    customer_key TEXT NOT NULL,
    as_of TEXT NOT NULL,
    hash BLOB NOT NULL,
    orders INTEGER NOT NULL,
    currency TEXT NOT NULL,
    revenue_net INTEGER NOT NULL,
    last_order_on TEXT,
    abc TEXT,
    doc TEXT NOT NULL,
    PRIMARY KEY (customer_id)
);

CREATE INDEX habit_revenue ON habit (controller, revenue_net);

CREATE TABLE due (
    customer_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    on_day TEXT NOT NULL,
    PRIMARY KEY (customer_id, reason)
);

CREATE INDEX due_on_day ON due (on_day);

CREATE TABLE abc_due (
    controller TEXT NOT NULL,
    PRIMARY KEY (controller)
);

CREATE TABLE rfm_cut (
    controller TEXT NOT NULL,
    currency TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (controller, currency)
);

CREATE TABLE forecast (
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    as_of TEXT NOT NULL,
    value_365 INTEGER NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (customer_id)
);

CREATE INDEX forecast_controller ON forecast (controller);

CREATE TABLE forecast_model (
    controller TEXT NOT NULL,
    currency TEXT NOT NULL,
    as_of TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (controller, currency)
);

CREATE TABLE customer_value (
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    verdict TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (customer_id)
);

CREATE INDEX value_controller ON customer_value (controller);

CREATE TABLE class_value (
    controller TEXT NOT NULL,
    currency TEXT NOT NULL,
    abc TEXT NOT NULL,
    doc TEXT NOT NULL,
    PRIMARY KEY (controller, currency, abc)
);

CREATE TABLE counter (
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE stream (
    id INTEGER NOT NULL,
    connection TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (connection, name)
);

CREATE TABLE record (
    id INTEGER NOT NULL,
    stream_id INTEGER NOT NULL,
    external_id TEXT NOT NULL,
    hash BLOB NOT NULL,
    state TEXT NOT NULL,
    deleted BOOLEAN NOT NULL,
    merged_into INTEGER,
    landed_run TEXT NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (stream_id, external_id)
);

CREATE INDEX IF NOT EXISTS record_deleted ON record (stream_id) WHERE deleted;

CREATE INDEX IF NOT EXISTS record_merged ON record (merged_into) WHERE merged_into IS NOT NULL;

CREATE INDEX IF NOT EXISTS record_state ON record (state) WHERE state <> 'mapped';

CREATE TABLE dictionary (
    id INTEGER NOT NULL,
    stream_id INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (stream_id)
);

CREATE TABLE change (
    seq INTEGER NOT NULL,
    topic TEXT NOT NULL,
    who TEXT NOT NULL,
    PRIMARY KEY (seq)
);

CREATE TABLE watermark (
    stage TEXT NOT NULL,
    seq INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (stage)
);

CREATE TABLE pending (
    record_id INTEGER NOT NULL,
    stream_id INTEGER NOT NULL,
    waits_for TEXT NOT NULL,
    PRIMARY KEY (record_id)
);

CREATE INDEX pending_waits_for ON pending (stream_id, waits_for);

CREATE TABLE parked (
    id INTEGER NOT NULL,
    stage TEXT NOT NULL,
    stream_id INTEGER NOT NULL,
    record_id INTEGER,
    place TEXT NOT NULL,
    source TEXT NOT NULL,
    field TEXT NOT NULL,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_run TEXT NOT NULL,
    last_run TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    payload BLOB,
    PRIMARY KEY (id),
    UNIQUE (stage, stream_id, place)
);

CREATE TABLE run (
    id TEXT NOT NULL,
    verb TEXT NOT NULL,
    as_of TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    exit_code INTEGER,
    report TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE lease (
    name TEXT NOT NULL,
    token INTEGER NOT NULL,
    holder TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (name)
);

CREATE TABLE search_person (
    customer_id TEXT NOT NULL,
    slot INTEGER NOT NULL,
    words TEXT NOT NULL,
    listed TEXT NOT NULL,
    PRIMARY KEY (customer_id)
);

CREATE UNIQUE INDEX search_person_slot ON search_person (slot);

CREATE TABLE search_term (
    id INTEGER NOT NULL,
    spelling TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX search_term_spelling ON search_term (spelling);

CREATE TABLE search_cut (
    cut INTEGER NOT NULL,
    term INTEGER NOT NULL,
    PRIMARY KEY (cut, term)
);

CREATE INDEX search_cut_term ON search_cut (term);

CREATE TABLE search_sound (
    code TEXT NOT NULL,
    term INTEGER NOT NULL,
    PRIMARY KEY (code, term)
);

CREATE INDEX search_sound_term ON search_sound (term);

CREATE TABLE search_posting (
    term INTEGER NOT NULL,
    block INTEGER NOT NULL,
    places BLOB NOT NULL,
    PRIMARY KEY (term, block)
);

CREATE TABLE card (
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    doc TEXT,
    keys TEXT,
    PRIMARY KEY (customer_id)
);

CREATE INDEX card_seq ON card (seq);

CREATE TABLE card_key (
    "key" TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    controller TEXT NOT NULL,
    PRIMARY KEY ("key", customer_id)
);

CREATE INDEX card_key_customer ON card_key (customer_id);

CREATE VIEW IF NOT EXISTS order_line AS SELECT o.record_id, o.part, line.key AS line_no, json_extract(line.value, '$[0]') AS sku, json_extract(line.value, '$[1]') AS title, json_extract(line.value, '$[2]') AS category, json_extract(line.value, '$[3]') AS brand, json_extract(line.value, '$[4]') AS size, json_extract(line.value, '$[5]') AS quantity, json_extract(line.value, '$[6]') AS gross, json_extract(line.value, '$[7]') AS net, json_extract(line.value, '$[8]') AS discount, json_extract(line.value, '$[9]') AS returned, json_extract(line.value, '$[10]') AS gift_card, json_extract(line.value, '$[11]') AS cost FROM orders AS o, json_each(o.lines) AS line
