-- What the host remembers: of the tables that public documents name, the columns that matter here.
-- One text for MariaDB and SQLite.

CREATE TABLE tblclients (
    id INTEGER NOT NULL PRIMARY KEY,
    firstname TEXT NOT NULL,
    lastname TEXT NOT NULL,
    companyname TEXT NOT NULL,
    email TEXT NOT NULL,
    country VARCHAR(2) NOT NULL DEFAULT 'PL',
    language VARCHAR(32) NOT NULL DEFAULT 'english'
);

CREATE TABLE tblservers (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hostname TEXT NOT NULL,
    ipaddress TEXT NOT NULL,
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    accesshash TEXT NOT NULL,
    port VARCHAR(8) NOT NULL,
    secure VARCHAR(8) NOT NULL DEFAULT 'on',
    type VARCHAR(64) NOT NULL,
    active INTEGER NOT NULL DEFAULT 1,
    disabled INTEGER NOT NULL DEFAULT 0
);

-- options: configoption1 and on as a JSON object, by position
CREATE TABLE tblproducts (
    id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    servertype VARCHAR(64) NOT NULL,
    server INTEGER NOT NULL,
    price DECIMAL(16, 2) NOT NULL,
    options TEXT NOT NULL,
    configoptionsupgrade INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE tblproduct_upgrade_products (
    id INTEGER NOT NULL PRIMARY KEY,
    product_id INTEGER NOT NULL,
    upgrade_product_id INTEGER NOT NULL
);

CREATE TABLE tblhosting (
    id INTEGER NOT NULL PRIMARY KEY,
    userid INTEGER NOT NULL,
    packageid INTEGER NOT NULL,
    server INTEGER NOT NULL,
    regdate DATE NOT NULL,
    domain TEXT NOT NULL,
    paymentmethod VARCHAR(64) NOT NULL DEFAULT 'banktransfer',
    amount DECIMAL(16, 2) NOT NULL,
    billingcycle VARCHAR(32) NOT NULL DEFAULT 'Monthly',
    nextduedate DATE NOT NULL,
    domainstatus VARCHAR(32) NOT NULL DEFAULT 'Pending',
    username TEXT NOT NULL,
    password TEXT NOT NULL,
    suspendreason TEXT NOT NULL,
    overideautosuspend INTEGER NOT NULL DEFAULT 0,
    diskusage INTEGER NOT NULL DEFAULT 0,
    disklimit INTEGER NOT NULL DEFAULT 0,
    bwusage INTEGER NOT NULL DEFAULT 0,
    bwlimit INTEGER NOT NULL DEFAULT 0,
    lastupdate DATETIME
);

CREATE TABLE tblinvoices (
    id INTEGER NOT NULL PRIMARY KEY,
    serviceid INTEGER NOT NULL,
    duedate DATE NOT NULL,
    total DECIMAL(16, 2) NOT NULL,
    renews INTEGER NOT NULL,
    status VARCHAR(16) NOT NULL
);

CREATE TABLE tblinvoiceitems (
    id INTEGER NOT NULL PRIMARY KEY,
    invoiceid INTEGER NOT NULL,
    type VARCHAR(30) NOT NULL,
    relid INTEGER NOT NULL
);

CREATE TABLE tblcancelrequests (
    id INTEGER NOT NULL PRIMARY KEY,
    relid INTEGER NOT NULL,
    type VARCHAR(32) NOT NULL
);

CREATE TABLE tblmodulequeue (
    id INTEGER NOT NULL PRIMARY KEY,
    service_type VARCHAR(16) NOT NULL DEFAULT 'service',
    service_id INTEGER NOT NULL,
    module_name VARCHAR(64) NOT NULL,
    module_action VARCHAR(64) NOT NULL,
    last_attempt_error TEXT NOT NULL,
    num_retries INTEGER NOT NULL DEFAULT 0,
    completed INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE tblmodulelog (
    id INTEGER NOT NULL PRIMARY KEY,
    module VARCHAR(64) NOT NULL,
    action VARCHAR(64) NOT NULL,
    request TEXT NOT NULL,
    response TEXT NOT NULL,
    arrdata TEXT NOT NULL
);

CREATE TABLE tblactivitylog (
    id INTEGER NOT NULL PRIMARY KEY,
    description TEXT NOT NULL,
    userid INTEGER NOT NULL
);
