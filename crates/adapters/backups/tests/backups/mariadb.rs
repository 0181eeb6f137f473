//! MariaDB: one database there and back, also while it is written to.

use std::process::Command;

use callsheet_backup_tools::{Place, restore_in_place};
use callsheet_backups::Kind;
use callsheet_servers::Mariadb;

use crate::world::World;

fn sql(server: &Mariadb, text: &str) -> String {
    let output = Command::new("mariadb")
        .args(["--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--user=app", "--batch", "--skip-column-names"])
        .arg(format!("--port={}", server.port()))
        .args(["--database=app", "--execute", text])
        .env("MYSQL_PWD", "apppassword")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

const SCHEMA: &str = "
    CREATE TABLE person (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL UNIQUE, photo VARBINARY(64), born DATE, weight DOUBLE,
      seen TIMESTAMP NULL, flag BIT(3)) DEFAULT CHARSET utf8mb4;
    CREATE TABLE entry (id INT PRIMARY KEY, person INT, FOREIGN KEY (person) REFERENCES person (id));
    INSERT INTO person (name, photo, born, weight, seen, flag) SELECT CONCAT('Zoë ', seq), UNHEX(MD5(seq)), '1990-01-01', seq / 3, NOW(), b'101' FROM seq_1_to_2000;
    INSERT INTO entry SELECT seq, seq FROM seq_1_to_500;
    CREATE VIEW grown AS SELECT * FROM person WHERE born < '2000-01-01';
    CREATE TRIGGER watch AFTER INSERT ON entry FOR EACH ROW UPDATE person SET flag = b'001' WHERE id = NEW.person;
";

#[test]
fn a_database_that_is_written_to_comes_back_as_it_was_in_the_snapshot() {
    let (server, world) = (Mariadb::start(), World::new());
    sql(&server, SCHEMA);
    let repository = world.repository("main");
    let stop = std::sync::atomic::AtomicBool::new(false);
    let manifest = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                sql(&server, &format!("INSERT INTO person (name) VALUES ('later {written}'); UPDATE person SET weight = {written} WHERE id = 7"));
                written += 1;
            }
            written
        });
        let manifest = world.create(&repository, &server.url(), Kind::Logical);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
        manifest.unwrap()
    });
    let proved = world.verify(&repository, &manifest, &[("SELECT name FROM person WHERE id = 7", "Zoë 7")]).unwrap();
    assert!(proved.holds(), "{proved:?}");
    sql(&server, "DELETE FROM entry WHERE id > 10; DROP VIEW grown; CREATE TABLE newer (id INT)");
    let place = Place::parse(&server.url()).unwrap();
    let compared = restore_in_place(&repository, &manifest, &place, true, &world.path("work"), &mut |_| {}).unwrap();
    assert!(compared >= 5);
    assert_eq!(sql(&server, "SELECT COUNT(*) FROM entry"), "500");
    assert_eq!(
        sql(
            &server,
            "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'app' AND table_name = 'newer'"
        ),
        "0"
    );
}
