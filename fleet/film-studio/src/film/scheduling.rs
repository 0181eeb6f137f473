//! A first schedule: scenes of one place are shot together, days before nights, so that the unit moves seldom.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::day::PlannedDay;
use super::ids::SceneId;

/// A scene to be scheduled.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub id: SceneId,
    pub position: u32,
    pub place: String,
    pub night: bool,
    pub eighths: u32,
}

/// Days from `start` on, Saturdays and Sundays off, each with at most `eighths_most` (or one long scene). Places with the most
/// to shoot come first; a day holds no second place unless the whole of it still fits.
pub fn schedule(mut scenes: Vec<Wanted>, start: Date, eighths_most: u32) -> Vec<PlannedDay> {
    let total = |place: &str, scenes: &[Wanted]| -> u32 {
        scenes.iter().filter(|scene| scene.place == place).map(|scene| scene.eighths).sum()
    };
    let all = scenes.clone();
    scenes.sort_by(|a, b| {
        let (of_a, of_b) = (total(&a.place, &all), total(&b.place, &all));
        of_b.cmp(&of_a)
            .then_with(|| a.place.cmp(&b.place))
            .then(a.night.cmp(&b.night))
            .then(a.position.cmp(&b.position))
    });
    let mut days: Vec<(Vec<Wanted>, u32)> = Vec::new();
    for group in scenes.chunk_by(|a, b| a.place == b.place && a.night == b.night) {
        let whole: u32 = group.iter().map(|scene| scene.eighths).sum();
        let fits = |(day, used): &(Vec<Wanted>, u32), length: u32| {
            used + length <= eighths_most && day.first().is_some_and(|first| first.night == group[0].night)
        };
        let mut open = days.iter().rposition(|day| fits(day, whole)).filter(|at| *at + 1 == days.len());
        for scene in group {
            match open.filter(|at| days.get(*at).is_some_and(|day| fits(day, scene.eighths))) {
                Some(at) => {
                    days[at].0.push(scene.clone());
                    days[at].1 += scene.eighths;
                }
                None => {
                    days.push((vec![scene.clone()], scene.eighths));
                    open = Some(days.len() - 1);
                }
            }
        }
    }
    let dates = std::iter::successors(Some(start), |date| date.checked_add(1.day()).ok());
    let working = dates.filter(|date| !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday));
    let planned = |((scenes, _), date): ((Vec<Wanted>, u32), Date)| PlannedDay {
        date,
        call_time: if scenes.first().is_some_and(|scene| scene.night) { "17:00" } else { "07:00" },
        scenes: scenes.iter().map(|scene| scene.id).collect(),
    };
    days.into_iter().zip(working).map(planned).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn wanted(position: u32, place: &str, night: bool, eighths: u32) -> Wanted {
        Wanted { id: SceneId::fresh(), position, place: place.to_owned(), night, eighths }
    }

    #[test]
    fn places_stay_together_nights_apart_and_weekends_are_free() {
        let scenes = vec![
            wanted(1, "QUAY", false, 20),
            wanted(2, "HALL", false, 8),
            wanted(3, "QUAY", true, 10),
            wanted(4, "QUAY", false, 25),
            wanted(5, "LOFT", false, 8),
        ];
        let id = |position: usize| scenes[position - 1].id;
        // A Thursday.
        let days = schedule(scenes.clone(), date(2026, 5, 7), 40);
        let told: Vec<(String, Vec<SceneId>, &str)> =
            days.iter().map(|day| (day.date.to_string(), day.scenes.clone(), day.call_time)).collect();
        let expected = [
            ("2026-05-07".to_owned(), vec![id(1)], "07:00"),
            ("2026-05-08".to_owned(), vec![id(4)], "07:00"),
            ("2026-05-11".to_owned(), vec![id(3)], "17:00"),
            ("2026-05-12".to_owned(), vec![id(2), id(5)], "07:00"),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn every_scene_is_shot_once_however_long() {
        let scenes: Vec<Wanted> = (0..200)
            .map(|at| wanted(at, ["A", "B", "C"][at as usize % 3], at.is_multiple_of(5), 1 + at % 70))
            .collect();
        let days = schedule(scenes.clone(), date(2026, 1, 1), 16);
        let mut shot: Vec<String> = days.iter().flat_map(|day| &day.scenes).map(ToString::to_string).collect();
        let mut all: Vec<String> = scenes.iter().map(|scene| scene.id.to_string()).collect();
        shot.sort();
        all.sort();
        assert_eq!(shot, all);
        assert!(schedule(vec![], date(2026, 1, 1), 16).is_empty());
    }
}
