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

    /// Somebody agrees to the loss, each time: `--yes` is not enough.
    #[track_caller]
    fn back_with_loss(&self) -> String {
        let asked = self.0.callsheet(&["rollback", "shop", "--yes", "--data-loss-accepted"]).expect(3).text();
        self.0.callsheet(&["confirm", "last", "rollback", "--note", "the orders are in the mail, too"]).expect(0);
        let told = self.0.callsheet(&["resume", "last"]).expect(0).text();
        asked + &told + &self.0.callsheet(&["show", "last"]).expect(0).text()
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
        // It was on record before it was done.
        let place = |words: &str| told.find(words).expect("both are told");
        assert!(place("goes down to revision 0002 first") < place("went down to revision 0002 first"), "{told}");
        self.is("0002", "1");

        // What a way down destroys is agreed to, or stays.
        self.deploy("2", "0002..", 0);
        self.file(
            "0003_drop_price",
            TAKES,
            "DROP TABLE items;\nCREATE TABLE items (id INTEGER PRIMARY KEY, price INTEGER);\n",
        );
        self.0.callsheet(&["migrate", "up"]).expect(0);
        let refused = self.back(1);
        let loss = "Undoing that loses data (0003 drop_price";
        assert!(
            refused.contains(loss) && refused.contains("`callsheet rollback shop --data-loss-accepted`"),
            "{refused}"
        );
        self.is("0003", "2");
        let told = self.back_with_loss();
        assert!(told.contains("went down to revision 0002 first"), "{told}");
        self.is("0002", "1");

        // Where no way down leads back, the rollback is refused, and whoever serves goes on; with a backup from before it says what is lost.
        self.deploy("2", "0002..", 0);
        self.file("0003_drop_price", TAKES, "-- one way: the prices are in the archive alone\n");
        self.0.callsheet(&["migrate", "up"]).expect(0);
        let refused = self.back(1);
        assert!(refused.contains("no way down leads there, nor is there a backup from before"), "{refused}");
        self.is("0003", "2");
    }

    /// Back over what only a backup brings back.
    fn restored(&self) {
        self.deploy("1", "0001..", 0);
        self.0.callsheet(&["backup", "create"]).expect(0);
        self.file("0002_drop_price", TAKES, "-- one way: the prices are in the archive alone\n");
        self.deploy("2", "0001..", 0);
        self.0.callsheet(&["migrate", "up"]).expect(0);
        self.is("0002", "2");
        let refused = self.back(1);
        assert!(refused.contains(" rows and was taken "), "{refused}");
        assert!(refused.contains(" ago, at revision 0001 by the times of the migrations: "), "{refused}");
        assert!(refused.contains("what was written since is lost"), "{refused}");
        self.is("0002", "2");
        // A person does that, and then there is nothing in the way.
        let (_, rest) = refused.split_once("`callsheet restore ").expect("it is named");
        let (backup, _) = rest.split_once('`').expect("it ends");
        self.0.callsheet(&["restore", backup, "--yes"]).expect(0);
        self.back(0);
        self.is("0001", "1");
        // What was there is kept, too.
        let kept = self.0.callsheet(&["backup", "list"]).expect(0).text();
        assert!(kept.contains("2 backups"), "{kept}");
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

#[test]
fn restored_on_sqlite() {
    Shop::open("sqlite:items.db".to_owned()).restored();
}
