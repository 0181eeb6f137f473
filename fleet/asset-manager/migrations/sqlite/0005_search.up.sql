-- What can be searched: one row per universe, element and component, kept by triggers, so that releases before this one keep it too.
CREATE TABLE search_entries (
    number      INTEGER PRIMARY KEY,
    thing       TEXT NOT NULL,
    id          TEXT NOT NULL UNIQUE,
    universe_id TEXT NOT NULL REFERENCES universes (id) ON DELETE CASCADE,
    element_id  TEXT REFERENCES elements (id) ON DELETE CASCADE,
    title       TEXT NOT NULL,
    body        TEXT NOT NULL
) STRICT;
CREATE INDEX search_entries_by_universe ON search_entries (universe_id);
CREATE INDEX search_entries_by_element ON search_entries (element_id);

CREATE VIRTUAL TABLE search_index USING fts5 (
    title, body, content = 'search_entries', content_rowid = 'number', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER search_entries_added AFTER INSERT ON search_entries BEGIN
    INSERT INTO search_index (rowid, title, body) VALUES (new.number, new.title, new.body);
END;
CREATE TRIGGER search_entries_removed AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_index (search_index, rowid, title, body) VALUES ('delete', old.number, old.title, old.body);
END;
CREATE TRIGGER search_entries_changed AFTER UPDATE ON search_entries BEGIN
    INSERT INTO search_index (search_index, rowid, title, body) VALUES ('delete', old.number, old.title, old.body);
    INSERT INTO search_index (rowid, title, body) VALUES (new.number, new.title, new.body);
END;

INSERT INTO search_entries (thing, id, universe_id, title, body)
    SELECT 'universe', id, id, name, description FROM universes;
INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    SELECT 'element', id, universe_id, id, name, summary FROM elements;
INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    SELECT 'component', c.id, e.universe_id, e.id, c.title, coalesce(c.content ->> '$.text', '')
    FROM components c JOIN elements e ON e.id = c.element_id;

CREATE TRIGGER universes_search_added AFTER INSERT ON universes BEGIN
    INSERT INTO search_entries (thing, id, universe_id, title, body) VALUES ('universe', new.id, new.id, new.name, new.description);
END;
CREATE TRIGGER universes_search_changed AFTER UPDATE OF name, description ON universes BEGIN
    UPDATE search_entries SET title = new.name, body = new.description WHERE id = new.id;
END;
CREATE TRIGGER elements_search_added AFTER INSERT ON elements BEGIN
    INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    VALUES ('element', new.id, new.universe_id, new.id, new.name, new.summary);
END;
CREATE TRIGGER elements_search_changed AFTER UPDATE OF name, summary ON elements BEGIN
    UPDATE search_entries SET title = new.name, body = new.summary WHERE id = new.id;
END;
CREATE TRIGGER components_search_added AFTER INSERT ON components BEGIN
    INSERT INTO search_entries (thing, id, universe_id, element_id, title, body)
    SELECT 'component', new.id, e.universe_id, e.id, new.title, coalesce(new.content ->> '$.text', '')
    FROM elements e WHERE e.id = new.element_id;
END;
CREATE TRIGGER components_search_changed AFTER UPDATE OF title, content ON components BEGIN
    UPDATE search_entries SET title = new.title, body = coalesce(new.content ->> '$.text', '') WHERE id = new.id;
END;
CREATE TRIGGER components_search_removed AFTER DELETE ON components BEGIN
    DELETE FROM search_entries WHERE id = old.id;
END;
