//! Two people in two real browsers edit one project at once, each on an instance of its own; Redis goes and comes back between.

use std::sync::{Arc, Barrier};
use std::time::Duration;

use callsheet_browser::{Browser, Tab, find};
use callsheet_servers::Redis;
use serde_json::Value;

use crate::running::{Ground, OPERATOR, PASSWORD, Running};

/// What a page may take on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// One person's browser.
struct Person(Tab);

impl Person {
    fn signed_in(service: &Running, project: &str) -> Person {
        let program = find(&std::env::var_os("PATH").unwrap()).expect("apt-get install chromium");
        let base = format!("http://127.0.0.1:{}", service.port);
        let mut person = Person(Browser::start(&program, false).unwrap().open(&base).unwrap());
        person.until("document.querySelector('#email') !== null");
        person.does(&format!(
            "document.querySelector('#email').value = '{OPERATOR}'; document.querySelector('#password').value = '{PASSWORD}';
             document.querySelector('form').requestSubmit()"
        ));
        person.until("document.querySelector('h1')?.textContent === 'Projects'");
        person.0.go(&format!("{base}/projects/{project}")).unwrap();
        person.until("document.querySelector('.link-state')?.textContent === 'Everything is shared'");
        person
    }

    fn does(&mut self, script: &str) -> Value {
        self.0.evaluate(script).unwrap()
    }

    #[track_caller]
    fn until(&mut self, expression: &str) {
        let held = self.0.until(expression, PATIENCE).unwrap();
        assert!(held, "waited in vain for `{expression}`; the page shows: {}", self.0.shown().unwrap());
    }

    /// Puts a title at a place of the timeline, as a person does: the playhead there, a click on the button, words typed.
    fn adds_title(&mut self, words: &str, frames: usize) {
        self.does(&format!(
            "document.activeElement?.blur();
             document.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Home'}}));
             for (let i = 0; i < {frames}; i++) document.dispatchEvent(new KeyboardEvent('keydown', {{key: 'ArrowRight'}}));
             [...document.querySelectorAll('button')].find((button) => button.textContent === 'Add text').click();"
        ));
        self.until("document.querySelector('#clip-text')?.value === 'A title'");
        self.does(&format!(
            "{{ const field = document.querySelector('#clip-text'); field.value = '{words}'; field.dispatchEvent(new Event('input')); }}"
        ));
        self.until(&format!("{TIMELINE}.includes('{words}')"));
    }

    fn timeline(&mut self) -> String {
        self.does(TIMELINE).as_str().unwrap().to_owned()
    }
}

/// The clips as they are drawn: track, place, length, words.
const TIMELINE: &str = "[...document.querySelectorAll('.lane .clip')].map((clip) => [clip.parentElement.dataset.track, clip.style.left, \
                        clip.style.width, clip.textContent].join(' ')).sort().join('\\n')";

/// Both at the same moment.
fn at_once(people: &mut [Person; 2], acts: [&(dyn Fn(&mut Person) + Sync); 2]) {
    let start = Barrier::new(2);
    std::thread::scope(|scope| {
        for (person, act) in people.iter_mut().zip(acts) {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                act(person);
            });
        }
    });
}

/// Both see so many clips, the same.
#[track_caller]
fn see_the_same(people: &mut [Person; 2], clips: usize) {
    for person in people.iter_mut() {
        person.until(&format!("document.querySelectorAll('.lane .clip').length === {clips}"));
    }
    let wanted = people[0].timeline();
    people[1].until(&format!("{TIMELINE} === {}", Value::from(wanted.as_str())));
    assert_eq!(wanted.lines().count(), clips, "{wanted}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_browsers_edit_one_project_at_once_and_end_with_the_same_timeline() {
    let mut ground = Ground::with(Arc::new(Redis::start()));
    let instances: Vec<Running> = (0..2).map(|_| Running::start(&ground, &[("JOB_WORKERS", "0")])).collect();
    let token = instances[0].operator().await;
    let project = instances[0].project(&token).await;
    let redis = Arc::get_mut(&mut ground.redis).unwrap();
    tokio::task::block_in_place(|| {
        let mut people = [0, 1].map(|number| Person::signed_in(&instances[number], &project));
        let [harbour, quay] = ["Harbour", "Quay"].map(|words| move |person: &mut Person| person.adds_title(words, 0));
        at_once(&mut people, [&harbour, &quay]);
        see_the_same(&mut people, 2);

        // Without Redis each sees what it did itself; with Redis back both see all of it.
        redis.halt();
        let [fog, rain] = ["Fog", "Rain"].map(|words| move |person: &mut Person| person.adds_title(words, 100));
        at_once(&mut people, [&fog, &rain]);
        assert!(!people[0].timeline().contains("Rain") && !people[1].timeline().contains("Fog"));
        redis.resume();
        see_the_same(&mut people, 4);

        // Undo takes back one's own edits alone.
        people[0].does("document.querySelector('button[title^=\"Undo what I did\"]').click()");
        people[1].until(&format!("!{TIMELINE}.includes('Fog')"));
        assert!(people[1].timeline().contains("Rain") && people[1].timeline().contains("Quay"));
        for person in &mut people {
            assert_eq!(person.0.complaints().unwrap(), Vec::<String>::new());
        }
    });
    let kept: Vec<Value> = {
        let path = format!("/api/projects/{project}/timeline");
        vec![
            instances[0].read(&token, &path).await["clips"].take(),
            instances[1].read(&token, &path).await["clips"].take(),
        ]
    };
    assert_eq!(kept[0], kept[1], "the instances hold different timelines");
}
