//! One shell's state from step to step, and bash's own behaviour kept exactly.

mod support;

use callsheet_keeper::*;
use support::*;

/// Runs steps in one run; the last one's output must be as expected.
#[track_caller]
fn check(steps: &[&str], expected: &str) {
    let mut stage = Stage::new();
    let mut last = String::new();
    for step in steps {
        last = stage.out(step);
    }
    assert_eq!(last, expected, "{steps:?}");
    stage.release();
}

#[test]
fn variables_pass() {
    check(&["x=1", "echo $x"], "1\n");
    check(&["export x=1", "sh -c 'echo $x'"], "1\n");
    check(&["x=1", "sh -c 'echo ${x-none}'"], "none\n");
    check(&["x='a b'\"'\"'c\"d$e`f\\'", "printf %s \"$x\""], "a b'c\"d$e`f\\");
    check(&["x=$'l1\\nl2\\t\\001é'", "printf %s \"$x\" | od -An -tx1"], " 6c 31 0a 6c 32 09 01 c3 a9\n");
    check(&["x=$'\\xff\\xfe'", "printf %s \"$x\" | od -An -tx1"], " ff fe\n");
    check(&["export x=$'two\\nlines'", "sh -c 'echo \"$x\"'"], "two\nlines\n");
    check(&["x=; export y=", "echo \"${x-unset}${y-unset}${z-unset}\""], "unset\n");
    check(&["export x=1", "unset x", "echo ${x-unset}"], "unset\n");
    check(&["export x=1", "export -n x", "sh -c 'echo ${x-none}'; echo $x"], "none\n1\n");
    check(&["declare -x later", "later=7; sh -c 'echo $later'"], "7\n");
}

#[test]
fn variables_with_attributes_pass() {
    check(
        &["a=(one 'two three' \"q'q\"); a[9]=nine", "echo \"${#a[@]} ${a[1]} ${a[2]} ${a[9]} ${!a[*]}\""],
        "4 two three q'q nine 0 1 2 9\n",
    );
    check(&["a=()", "declare -p a"], "declare -a a=()\n");
    check(&["declare -A m=([x]=1 ['a b']=2 ['q\"]']=3)", "k='q\"]'; echo \"${m[x]}${m[a b]}${m[$k]}\""], "123\n");
    check(&["declare -i n=5", "n=n+2; echo $n"], "7\n");
    check(&["readonly r=1", "declare -p r", "echo $r"], "1\n");
    check(&["declare -l low=ABC; declare -u up=abc", "low=XyZ up=XyZ; echo $low $up"], "xyz XYZ\n");
    check(&["target=1; declare -n ref=target", "ref=2; echo $target"], "2\n");
    check(&["declare -ar ra=(1 2)", "echo ${ra[1]}"], "2\n");
}

#[test]
fn the_rest_of_the_shell_passes() {
    check(&["greet() { echo \"hello $1\"; }", "greet you"], "hello you\n");
    check(&["f() { cat <<EOF\nin $1\n}\nEOF\n}", "f here"], "in here\n}\n");
    check(&["f() { echo exported; }; export -f f", "bash -c f"], "exported\n");
    check(&["f() { :; }", "unset -f f", "type -t f || echo gone"], "gone\n");
    check(&["mkdir -p 'a b'; cd 'a b'", "basename \"$PWD\"; cd - >/dev/null; ls"], "a b\na b\n");
    check(&["mkdir real; ln -s real link; cd link", "basename \"$(pwd)\"; basename \"$(pwd -P)\""], "link\nreal\n");
    check(&["umask 027", "umask"], "0027\n");
    check(&["set -u; set -f", "echo $- | grep -o [uf] | sort | tr -d '\\n'; echo *"], "fu*\n");
    check(&["shopt -s nullglob extglob", "echo none*; touch keep drop; echo !(keep)"], "\ndrop\n");
    check(&["shopt -s expand_aliases; alias hi='echo alias'", "hi"], "alias\n");
    check(&["IFS=,", "x=a,b; for i in $x; do echo $i; done"], "a\nb\n");
    check(
        &["shopt -u patsub_replacement sourcepath; set +o braceexpand", "shopt -q sourcepath || echo off; echo {a,b}"],
        "off\n{a,b}\n",
    );
    check(&["set -o noclobber; echo 1 > f", "{ echo 2 > f; } 2>/dev/null || cat f"], "1\n");
}

#[test]
fn early_exit_and_traps_keep_the_state() {
    check(&["x=1; exit 0; x=2", "echo $x"], "1\n");
    check(&["x=1; f() { local x=inner only=1; y=set; exit 0; }; f", "echo $x $y ${only-gone}"], "set gone\n");
    check(&["x=old", "f() { local x=inner; exit 0; }; f", "echo $x"], "old\n");
    check(&["trap 'echo bye $?' EXIT; x=1", "echo $x"], "1\n");
    check(&["trap 'echo bye $?' EXIT; x=1; exit 0"], "bye 0\n");
    check(&["trap 'echo one' EXIT; trap - EXIT; x=1", "echo $x"], "1\n");
    check(&["( trap 'echo sub' EXIT; exit 0 ); echo main"], "sub\nmain\n");
    check(&["set -u; trap 'rm -f t' EXIT ERR; touch t", "ls t 2>/dev/null || echo removed"], "removed\n");
}

#[test]
fn a_traps_exit_status_is_the_scripts() {
    let mut stage = Stage::new();
    let ended = stage.run("trap 'echo bye $?; false; echo not reached' EXIT\nexit 3");
    assert_eq!((ended.end, text(&ended.stdout).as_str()), (End::Exited { code: 1 }, "bye 3\n"));
    let ended = stage.run("set +e; trap 'echo bye $?' EXIT\nexit 3");
    assert_eq!((ended.end, text(&ended.stdout).as_str()), (End::Exited { code: 3 }, "bye 3\n"));
    let ended = stage.run("trap 'exit 9' EXIT");
    assert_eq!(ended.end, End::Exited { code: 9 });
}

#[test]
fn errexit_and_pipefail_are_the_shells_own() {
    let mut stage = Stage::new();
    for (script, code, out) in [
        ("echo a; false; echo b", 1, "a\n"),
        ("false | true; echo b", 1, ""),
        ("set +e; false; echo b", 0, "b\n"),
        ("echo again; false; echo b", 1, "again\n"),
        ("if false; then :; fi; false || true; ! true; echo b", 0, "b\n"),
        ("f() { false; echo in; }; f && echo yes", 0, "in\nyes\n"),
        ("x=$(false); echo b", 1, ""),
        ("(exit 4); echo b", 4, ""),
        ("return 0 2>/dev/null || echo top", 0, "top\n"),
        ("kill -9 $$", -9, ""),
    ] {
        let ended = stage.run(script);
        let end = if code < 0 { End::Signalled { signal: -code } } else { End::Exited { code } };
        assert_eq!((ended.end, text(&ended.stdout).as_str()), (end, out), "{script}");
    }
}

#[test]
fn messages_name_the_step_and_the_line() {
    let mut stage = Stage::new();
    stage.run("x=1; f() { nonesuch; }");
    let ended = stage.run("echo one\n\nnonesuch\n");
    assert_eq!(text(&ended.stderr), "deploy: line 3: nonesuch: command not found\n");
    let ended = stage.run("set -u\necho $LINENO\necho $nope");
    assert_eq!(
        (text(&ended.stdout), text(&ended.stderr)),
        ("2\n".into(), "deploy: line 3: nope: unbound variable\n".into())
    );
}

#[test]
fn tracing_shows_the_script_alone() {
    let mut stage = Stage::new();
    assert_eq!(text(&stage.run("set -x; echo a").stderr), "+ echo a\n");
    assert_eq!(text(&stage.run("echo b").stderr), "+ echo b\n");
    assert_eq!(text(&stage.run("set +x").stderr), "+ set +x\n");
    assert_eq!(text(&stage.run("echo c").stderr), "");
}

#[test]
fn a_script_that_is_not_valid_executes_nothing() {
    let mut stage = Stage::new();
    for script in [
        "touch ran; if true; then echo",
        "touch ran; echo 'unbalanced",
        "touch ran\necho )\n",
        "touch ran\n}\necho\n{",
        "touch ran\nfi",
        "touch ran; cat <<EOF\nno end",
        "touch ran\nelse\ntouch ran2",
        "touch ran; for x in; do",
    ] {
        let ended = stage.run(script);
        assert_eq!(ended.end, End::SyntaxError, "{script}");
        assert!(text(&ended.stderr).starts_with("deploy: "), "{script}: {ended:?}");
        assert!(!stage.work().join("ran").exists(), "{script}");
        assert!(matches!(ended.state, StateOutcome::NotSaved { .. }));
    }
    for fine in [
        "# only a comment",
        "",
        "echo a # comment",
        "echo a \\",
        "shopt -s extglob\necho !(x)",
        "case x in x) echo ;; esac",
        "cat <<'E'\n}\nE",
    ] {
        assert_eq!(stage.run(fine).end, End::Exited { code: 0 }, "{fine}");
    }
}

#[test]
fn what_loses_the_state_says_so_and_the_one_before_stays() {
    let mut stage = Stage::new();
    stage.out("x=kept");
    let before = stage.state.clone();
    for script in ["x=lost; exec true", "x=lost; kill -9 $$", "x=lost; builtin trap - EXIT"] {
        let ended = stage.run(script);
        assert!(matches!(ended.state, StateOutcome::NotSaved { .. }), "{script}: {ended:?}");
        assert_eq!(stage.state, before);
    }
    assert_eq!(stage.out("echo $x"), "kept\n");
}

#[test]
fn an_unchanged_state_keeps_its_name_and_a_retry_starts_from_before() {
    let mut stage = Stage::new();
    stage.out("n=1");
    let before = stage.state.clone();
    stage.out("true");
    assert_eq!(stage.state, before);
    for _ in 0..2 {
        stage.state = before.clone();
        assert_eq!(stage.out("n=$((n + 1)); echo $n"), "2\n");
    }
    let mut step = stage.step("n=100");
    step.state_to = SaveState::Discard;
    assert_eq!(stage.execute(step).state, StateOutcome::Discarded);
    assert_eq!(stage.out("echo $n"), "2\n");
}

#[test]
fn a_new_keeper_goes_on_with_the_state() {
    let mut stage = Stage::new();
    stage.secrets = vec![NamedSecret::new("DB_PW", "correct-horse-battery")];
    stage.out("x=across; dsn=\"pg://u:$DB_PW@h\"; cd /");
    stage.keeper.send(&Request::Release).unwrap();
    stage.keeper.recv_where(|message| *message == Message::Released).unwrap();
    stage.keeper = launcher(stage.folder.path()).connect(&stage.run).unwrap();
    assert_eq!(stage.out("echo $x $PWD ${#dsn} $dsn"), "across / 30 [redacted:dsn]\n");
    // The secret is not in the snapshot: its present value is put in.
    stage.secrets = vec![NamedSecret::new("DB_PW", "a-new-password-entirely")];
    assert_eq!(stage.out("echo ${#dsn}"), "32\n");
    stage.secrets.clear();
    let step = stage.step("true");
    let claim = stage.start(step);
    assert!(matches!(stage.refused(&claim), Refusal::Snapshot { cause, .. } if cause.contains("DB_PW")));
    let step = StartStep { state_from: Some(SnapshotId("nonesuch".into())), ..stage.step("true") };
    let claim = stage.start(step);
    assert!(matches!(stage.refused(&claim), Refusal::Snapshot { .. }));
}

#[test]
fn other_shells_run_without_state() {
    let mut stage = Stage::new();
    let mut step = stage.step("echo $0 ${x-none}");
    step.shell = vec!["sh".into(), "-e".into()];
    let ended = stage.execute(step);
    assert_eq!(text(&ended.stdout), "deploy none\n");
    assert!(matches!(ended.state, StateOutcome::NotSaved { cause } if cause.contains("not bash")));
    let mut step = stage.step("true");
    step.shell = vec!["nonesuch-shell".into()];
    let ended = stage.execute(step);
    assert!(
        ended.end.nothing_executed()
            && matches!(&ended.end, End::NotSpawned { cause } if cause.contains("nonesuch-shell"))
    );
}

#[test]
fn a_callers_bash_env_and_odd_names_are_kept() {
    let mut stage = Stage::new();
    let file = stage.folder.path().join("env.sh");
    std::fs::write(&file, "from_env=1\n").unwrap();
    stage.env.push(("BASH_ENV".into(), file.to_str().unwrap().into()));
    stage.env.push(("odd.name".into(), "odd".into()));
    stage.env.push(("CALLSHEET_STEP".into(), "first".into()));
    assert_eq!(stage.out("echo $from_env; bash -c 'echo $from_env'; env | grep -c ^odd.name="), "1\n1\n1\n");
    stage.env.retain(|(name, _)| name != "CALLSHEET_STEP");
    stage.env.push(("CALLSHEET_STEP".into(), "second".into()));
    assert_eq!(stage.out("bash -c 'echo $from_env'; env | grep -c ^odd.name=; echo $CALLSHEET_STEP"), "1\n1\nsecond\n");
}

#[test]
fn long_scripts_and_large_state_pass() {
    let mut stage = Stage::new();
    let script = format!("big={}\nexport exported={}\n", "x".repeat(300_000), "y".repeat(50_000));
    stage.out(&script);
    assert_eq!(stage.out("echo ${#big} ${#exported}"), "300000 50000\n");
}
