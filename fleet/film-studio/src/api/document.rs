//! `/openapi.json` and `/docs`: the API described.

use axum::Router;
use fleet_kit::openapi::{About, Operation, Query, document};
use utoipa_swagger_ui::SwaggerUi;

use super::schemas;
use crate::state::Shared;

/// Both routes.
pub(super) fn routes() -> Router<Shared> {
    let about = About {
        title: "Film studio",
        description: "Film projects from script to day sheet. Failures are RFC 9457 problems.",
        version: env!("CARGO_PKG_VERSION"),
    };
    SwaggerUi::new("/docs").external_url_unchecked("/openapi.json", document(about, &OPERATIONS, schemas::all())).into()
}

const FILM: &str = "/api/projects/{id}";
const SCRIPT: &str = "/api/projects/{id}/script";
const TEAM: &str = "/api/projects/{id}/team";
const SCHEDULE: &str = "/api/projects/{id}/schedule";
const BUDGET: &str = "/api/projects/{id}/budget";
const SHOTS: &str = "/api/scenes/{id}/shots";
const SHOT: &str = "/api/shots/{id}";
const BOARD: &str = "/api/shots/{id}/storyboard";
const ITEMS: &str = "/api/scenes/{id}/items";
const PDF: &str = "application/pdf";

static OPERATIONS: [Operation; 43] = [
    Operation::post("/api/auth/register", "register", "Make an account")
        .open()
        .takes("Registration")
        .answers("201", "User"),
    Operation::post("/api/auth/login", "login", "Sign in").open().takes("Credentials").answers("200", "Token"),
    Operation::get("/api/auth/me", "me", "Who one is", "User"),
    Operation::get("/api/projects", "listFilms", "Films on whose team one is, newest first", "Films")
        .query(&[Query::Number("limit", 1, 100), Query::Id("after")]),
    Operation::post("/api/projects", "createFilm", "Create a film").takes("NewFilm").answers("201", "Film"),
    Operation::get(FILM, "readFilm", "Read a film", "Film"),
    Operation::patch(FILM, "changeFilm", "Change a film").takes("FilmChange").answers("200", "Film"),
    Operation::delete(FILM, "deleteFilm", "Delete a film with all in it").conditional(),
    Operation::get(TEAM, "listTeam", "Who works on it", "Team"),
    Operation::post(TEAM, "putMember", "Give somebody a seat").takes("NewMember").answers("200", "Team"),
    Operation::delete("/api/projects/{id}/team/{user_id}", "removeMember", "Take somebody's seat away"),
    Operation::get(SCRIPT, "readScript", "The script as it was saved", "Text").answers_as("text/plain"),
    Operation::put(SCRIPT, "saveScript", "Save the script; its scenes are read")
        .takes_as("text/plain", "Text")
        .answers("200", "SavedScript")
        .conditional(),
    Operation::get("/api/projects/{id}/scenes", "listScenes", "Scenes in the order of the script", "Scenes"),
    Operation::get("/api/scenes/{id}", "readScene", "A scene with what happens", "SceneInFilm"),
    Operation::get("/api/projects/{id}/breakdown", "readBreakdown", "What every scene needs", "Breakdown"),
    Operation::post(ITEMS, "addItem", "Add something that a scene needs").takes("NewItem").answers_nothing(),
    Operation::delete(ITEMS, "removeItem", "Remove something that a scene needs")
        .query(&[Query::Choice("kind", &crate::film::ITEM_KINDS), Query::Text("name", 80)]),
    Operation::get("/api/projects/{id}/shots", "listShots", "The shot list", "Shots"),
    Operation::get(SHOTS, "listShotsOfScene", "Shots of a scene", "Shots"),
    Operation::post(SHOTS, "addShot", "Add a shot").takes("NewShot").answers("201", "Shot"),
    Operation::get(SHOT, "readShot", "Read a shot", "Shot"),
    Operation::patch(SHOT, "changeShot", "Change a shot").takes("ShotChange").answers("200", "Shot"),
    Operation::delete(SHOT, "deleteShot", "Delete a shot").conditional(),
    Operation::post(BOARD, "drawStoryboard", "Draw a shot's storyboard picture").takes("Wish").answers("201", "Shot"),
    Operation::get(BOARD, "readStoryboard", "A shot's storyboard picture", "Text").answers_as("image/png"),
    Operation::get(SCHEDULE, "readSchedule", "The shooting schedule", "Schedule"),
    Operation::post(SCHEDULE, "makeSchedule", "Propose a schedule in place of the one before")
        .takes("NewSchedule")
        .answers("200", "Schedule"),
    Operation::patch("/api/projects/{id}/days/{number}", "changeDay", "Change a shooting day")
        .takes("DayChange")
        .answers("200", "Schedule"),
    Operation::get("/api/projects/{id}/days/{number}/call-sheet.pdf", "readCallSheet", "A day sheet", "Text")
        .answers_as(PDF),
    Operation::get("/api/projects/{id}/schedule.pdf", "printSchedule", "The schedule to print", "Text").answers_as(PDF),
    Operation::get(BUDGET, "readBudget", "The top sheet and its lines", "Budget"),
    Operation::post(BUDGET, "addBudgetLine", "Add a line").takes("NewBudgetLine").answers("201", "BudgetLine"),
    Operation::delete("/api/projects/{id}/budget/{line_id}", "removeBudgetLine", "Remove a line"),
    Operation::get("/api/projects/{id}/budget.pdf", "printBudget", "The top sheet to print", "Text").answers_as(PDF),
    Operation::get("/api/projects/{id}/bundle.zip", "exportFilm", "Everything in one file", "Text")
        .answers_as("application/zip"),
    Operation::get("/api/operator/processes", "listProcesses", "What the database does (operators)", "Processes"),
    Operation::delete("/api/operator/processes/{number}", "endProcess", "End a database process (operators)"),
    Operation::get("/api/operator/slow-queries", "listSlowQueries", "What was slow (operators)", "SlowQueries"),
    Operation::get("/api/operator/figures/daily", "readDailyFigures", "A day's figures (operators)", "Figures")
        .query(&[Query::Day("day")]),
    Operation::get("/api/operator/figures/weekly", "readWeeklyFigures", "A week's figures (operators)", "Figures")
        .query(&[Query::Day("day")]),
    Operation::get("/health", "health", "Whether all works", "Health").open(),
    Operation::get("/health/live", "alive", "Whether the process answers", "Health").open(),
];
