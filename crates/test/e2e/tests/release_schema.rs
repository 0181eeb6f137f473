//! Releases held against a real database's schema: what takes something away waits for the older release, and a way back keeps the schema,
//! or undoes it, or is refused in words.

mod shop;

use callsheet_e2e::Desk;
use callsheet_servers::Postgres;
use shop::{desk, runs};

const RELEASE: &str = "steps = []\nhold = \"0s\"\nkeep_old = \"0s\"\ndatabase = \"main\"\n\
     migrate = '\"$CALLSHEET_PROGRAM\" migrate up'\n\
     [databases.main]\nurl = \"$DATABASE_URL\"\nmigrations = \"db\"";

const TAKES: &str = "-- callsheet: phase contract\n-- callsheet: oldest 2\nALTER TABLE items DROP COLUMN price;\n";

struct Shop(Desk);

impl Shop {
    fn open(database: String) -> Shop {
        let shop = Shop(desk(RELEASE).with_variable("DATABASE_URL", database));
        std::fs::create_dir(shop.0.path().join("db")).expect("the desk is ours");
        shop.file("0001_items", "CREATE TABLE items (id INTEGER PRIMARY KEY, price INTEGER);", "DROP TABLE items;");
        shop
    }

    fn file(&self, name: &str, up: &str, down: &str) {
        self.0.write(&format!("db/{name}.up.sql"), up);
        self.0.write(&format!("db/{name}.down.sql"), down);
    }

    #[track_caller]
    fn deploy(&self, version: &str, schema: &str, code: i32) -> String {
        let artifact = format!("shop-{version}");
        let words = ["deploy", "shop", "--version", version, "--artifact", &artifact, "--schema", schema, "--yes"];
        self.0.callsheet(&words).expect(code).text()
    }

    #[track_caller]
    fn back(&self, code: i32) -> String {
        self.0.callsheet(&["rollback", "shop", "--yes"]).expect(code).text()
    }

    /// The schema is at this revision, and this version serves.
    #[track_caller]
    fn is(&self, revision: &str, version: &str) {
        let current = self.0.callsheet(&["migrate", "current"]).expect(0).stdout;
        assert_eq!(current.trim(), revision);
        runs(&self.0, version);
    }

    /// From expand to contract and back, as far as there is a way.
    fn live(&self) {
        self.deploy("1", "0001..", 0);
        self.is("0001", "1");

        self.file("0002_cents", "ALTER TABLE items ADD COLUMN cents INTEGER;", "ALTER TABLE items DROP COLUMN cents;");
        self.file("0003_drop_price", TAKES, "ALTER TABLE items ADD COLUMN price INTEGER;");
        let refused = self.deploy("2", "0004..", 1);
        let why = "version 2 of shop cannot run on `main` as it is: it needs revision 0004, which is not applied";
        assert!(refused.contains(why), "{refused}");
        self.is("0001", "1");

        // Version 1 still runs: what it needs is not taken away, also if somebody asks for it.
        let told = self.deploy("2", "0002..", 0);
        assert!(told.contains("it runs on `main` at revision 0002"), "{told}");
        let logs = self.0.callsheet(&["logs", "last"]).expect(0).stdout;
        let waits = "revision 0003 drop_price takes something away, and version 1, which may need it, still runs";
        assert!(logs.contains(&format!("{waits}: it waits until that is gone")), "{logs}");
        self.is("0002", "2");
        let told = self.back(0);
        assert!(told.contains("the schema of `main` stays at revision 0002"), "{told}");
        self.is("0002", "1");
        let refused = self.0.callsheet(&["migrate", "up", "--to", "0003"]).expect(1).text();
        assert!(refused.contains(waits), "{refused}");

        // Files that nobody can read hold up a deploy, but no way back.
        self.deploy("2", "0002..", 0);
        self.file("0002_again", "SELECT 1;", "SELECT 1;");
        let refused = self.deploy("4", "0002..", 1);
        assert!(refused.contains("the schema of `main` is not known"), "{refused}");
        let told = self.back(0);
        assert!(told.contains("is not known") && told.contains("it stays as it is"), "{told}");
        for way in ["up", "down"] {
            let file = self.0.path().join(format!("db/0002_again.{way}.sql"));
            std::fs::remove_file(file).expect("it is there");
        }
        self.is("0002", "1");

        // Once it is gone, it is taken away; the way back undoes that first, as nothing is lost by it.
        self.deploy("2", "0002..", 0);
        self.0.callsheet(&["migrate", "up"]).expect(0);
        self.is("0003", "2");
        let refused = self.deploy("1", "0001..", 1);
        assert!(refused.contains("revision 0003 drop_price took away what releases before 2 need"), "{refused}");
        let told = self.back(0);
        let why = "the schema of `main` went down to revision 0002 first, because revision 0003 drop_price took away";
        assert!(told.contains(why), "{told}");
        self.is("0002", "1");

        // Where no way down leads back, the rollback is refused, and whoever serves goes on.
        self.deploy("2", "0002..", 0);
        self.file("0003_drop_price", TAKES, "-- one way: the prices are in the archive alone\n");
        self.0.callsheet(&["migrate", "up"]).expect(0);
        let refused = self.back(1);
        assert!(refused.contains("no way down leads there. Mend it with a newer release"), "{refused}");
        self.is("0003", "2");
    }
}

#[test]
fn on_sqlite() {
    Shop::open("sqlite:items.db".to_owned()).live();
}

#[test]
fn on_postgres() {
    let server = Postgres::shared();
    Shop::open(server.fresh_database()).live();
}
