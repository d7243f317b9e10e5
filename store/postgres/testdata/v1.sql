CREATE TABLE article (
    id bigint NOT NULL,
    rec bytea NOT NULL
);
CREATE SEQUENCE article_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE article_url (
    url bytea NOT NULL,
    article bigint NOT NULL
);
CREATE TABLE body (
    article bigint NOT NULL,
    rec bytea NOT NULL
);
ALTER TABLE ONLY body ALTER COLUMN rec SET STORAGE EXTERNAL;
CREATE TABLE candidate (
    article bigint NOT NULL,
    hour bigint NOT NULL,
    note bytea NOT NULL,
    keys integer[] NOT NULL
);
CREATE TABLE change (
    log text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    article bigint NOT NULL
);
CREATE SEQUENCE change_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE change_turn (
);
CREATE TABLE entry (
    feed bigint NOT NULL,
    key bytea NOT NULL,
    rec bytea
);
ALTER TABLE ONLY entry ALTER COLUMN rec SET STORAGE EXTERNAL;
CREATE TABLE feed (
    id bigint NOT NULL,
    url bytea NOT NULL,
    entries bigint NOT NULL,
    rec bytea NOT NULL
);
CREATE TABLE feed_due (
    feed bigint NOT NULL,
    shard smallint NOT NULL,
    due bigint NOT NULL,
    token bigint DEFAULT 0 NOT NULL,
    owner text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='80');
CREATE SEQUENCE feed_id
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE meta (
    app text NOT NULL,
    version integer NOT NULL
);
CREATE TABLE page_due (
    article bigint NOT NULL,
    shard smallint NOT NULL,
    due bigint NOT NULL,
    token bigint DEFAULT 0 NOT NULL,
    owner text DEFAULT ''::text NOT NULL
)
WITH (fillfactor='80');
CREATE TABLE revision (
    article bigint NOT NULL,
    n bigint NOT NULL,
    size bigint NOT NULL,
    rec bytea NOT NULL
);
ALTER TABLE ONLY revision ALTER COLUMN rec SET STORAGE EXTERNAL;
CREATE TABLE shelf (
    name text NOT NULL COLLATE pg_catalog."C",
    key bytea NOT NULL,
    value bytea NOT NULL
);
CREATE TABLE stage (
    name text NOT NULL,
    token bigint NOT NULL,
    owner text NOT NULL,
    due bigint NOT NULL
);
CREATE TABLE story (
    id bigint NOT NULL,
    "time" bigint NOT NULL,
    unread boolean NOT NULL,
    starred boolean NOT NULL,
    rec bytea NOT NULL
)
WITH (fillfactor='90');
CREATE TABLE story_feed (
    feed bigint NOT NULL,
    "time" bigint NOT NULL,
    story bigint NOT NULL
);
CREATE TABLE turn (
);
INSERT INTO article VALUES (1, '\x00dc4cada60802121c687474703a2f2f636f75726965722e6578616d706c652f66657272792211546865206665727279206973206261636b7a09080212056665727279');
INSERT INTO article VALUES (2, '\x001fa7d2df0804121a687474703a2f2f6e6f727468776972652e6578616d706c652f312211546865206665727279206973206261636b7a090804120566657272798a01110a0677616e7465641880e089c1f4bda806');
INSERT INTO article_url VALUES ('\xaf6e737da60f7beabea522b275c44f17', 2);
INSERT INTO article_url VALUES ('\xd4d182f78faa9b7bdcbf01be200fb691', 1);
INSERT INTO article_url VALUES ('\xd88dc51e0613ecb4885f356a36fd7666', 0);
INSERT INTO body VALUES (1, '\x0073c990800a3b41667465722074686972747920796561727320612066657272792063726f7373657320746f204b65737472656c2049736c616e6420616761696e2e');
INSERT INTO body VALUES (2, '\x0073c990800a3b41667465722074686972747920796561727320612066657272792063726f7373657320746f204b65737472656c2049736c616e6420616761696e2e');
INSERT INTO candidate VALUES (1, 494000, '\x01', '{3,-2147483648}');
INSERT INTO change VALUES ('folds', 1, 1);
INSERT INTO change VALUES ('removed', 2, 3);
INSERT INTO change VALUES ('texts', 3, 1);
INSERT INTO change VALUES ('texts', 4, 2);
INSERT INTO entry VALUES (1, '\xe9087d0b20d80d3e12bc8530d883d7ad', '\x006b6818d40802120566657272792211546865206665727279206973206261636b800102');
INSERT INTO entry VALUES (2, '\xe9087d0b20d80d3e12bc8530d883d7ad', '\x00b509228f0804120566657272792211546865206665727279206973206261636b800104');
INSERT INTO feed VALUES (1, '\xf502a81748bcc703a07dfd82d318ff1e', 1, '\x002d2fde8d0802121b687474703a2f2f636f75726965722e6578616d706c652f666565641a1354686520486172626f757220436f75726965724a0e1880e089c1f4bda8064a03223722');
INSERT INTO feed VALUES (2, '\xe5400746b2b3cdd5f77175b53c3daa47', 1, '\x000ea224260804121c687474703a2f2f6e6f727468776972652e6578616d706c652f7273731a094e6f727468776972654a091880f0a6aa8fbea806');
INSERT INTO feed_due VALUES (2, 193, 1777878000000000, 0, '');
INSERT INTO feed_due VALUES (1, 80, 1777874460000000, 1, 'a daemon');
INSERT INTO meta VALUES ('newsfold', 1);
INSERT INTO page_due VALUES (2, 193, 1777874460000000, 1, 'a daemon');
INSERT INTO revision VALUES (1, 1, 56, '\x0005c7e2f50a0f41206665727279206973206261636b122941667465722074686972747920796561727320612066657272792063726f7373657320616761696e2e');
INSERT INTO shelf VALUES ('cursors', '\x666f6c64', '\x0000000000000001');
INSERT INTO stage VALUES ('fold', 1, 'a daemon', 1777874460000000);
INSERT INTO story VALUES (1, 1777874400000000, true, true, '\x0072732adb080210041a020204220202043080e089c1f4bda8064802');
INSERT INTO story_feed VALUES (1, 1777874400000000, 1);
INSERT INTO story_feed VALUES (2, 1777874400000000, 1);
SELECT pg_catalog.setval('article_id', 3, true);
SELECT pg_catalog.setval('change_seq', 4, true);
SELECT pg_catalog.setval('feed_id', 2, true);
ALTER TABLE ONLY article
    ADD CONSTRAINT article_pkey PRIMARY KEY (id);
ALTER TABLE ONLY article_url
    ADD CONSTRAINT article_url_pkey PRIMARY KEY (url);
ALTER TABLE ONLY body
    ADD CONSTRAINT body_pkey PRIMARY KEY (article);
ALTER TABLE ONLY candidate
    ADD CONSTRAINT candidate_pkey PRIMARY KEY (article);
ALTER TABLE ONLY change
    ADD CONSTRAINT change_pkey PRIMARY KEY (log, seq);
ALTER TABLE ONLY entry
    ADD CONSTRAINT entry_pkey PRIMARY KEY (feed, key);
ALTER TABLE ONLY feed_due
    ADD CONSTRAINT feed_due_pkey PRIMARY KEY (feed);
ALTER TABLE ONLY feed
    ADD CONSTRAINT feed_pkey PRIMARY KEY (id);
ALTER TABLE ONLY feed
    ADD CONSTRAINT feed_url_key UNIQUE (url);
ALTER TABLE ONLY meta
    ADD CONSTRAINT meta_pkey PRIMARY KEY (app);
ALTER TABLE ONLY page_due
    ADD CONSTRAINT page_due_pkey PRIMARY KEY (article);
ALTER TABLE ONLY revision
    ADD CONSTRAINT revision_pkey PRIMARY KEY (article, n);
ALTER TABLE ONLY shelf
    ADD CONSTRAINT shelf_pkey PRIMARY KEY (name, key);
ALTER TABLE ONLY stage
    ADD CONSTRAINT stage_pkey PRIMARY KEY (name);
ALTER TABLE ONLY story_feed
    ADD CONSTRAINT story_feed_pkey PRIMARY KEY (feed, "time", story);
ALTER TABLE ONLY story
    ADD CONSTRAINT story_pkey PRIMARY KEY (id);
CREATE INDEX candidate_hour ON candidate USING btree (hour);
CREATE INDEX candidate_keys ON candidate USING gin (keys) WITH (fastupdate=off);
CREATE UNIQUE INDEX change_article ON change USING btree (article, log);
CREATE INDEX feed_due_next ON feed_due USING btree (shard, due);
CREATE INDEX page_due_all ON page_due USING btree (due, article);
CREATE INDEX page_due_next ON page_due USING btree (shard, due);
CREATE INDEX story_starred ON story USING btree ("time", id) WHERE starred;
CREATE INDEX story_time ON story USING btree ("time", id);
CREATE INDEX story_unread ON story USING btree ("time", id) WHERE unread;
