//! All procedures of a file, a line for each step.

use callsheet_runbook::Runbook;

use crate::paint::Paint;
use crate::plan_view::step::{OUT_OF_TURN, numbers};
use crate::plan_view::{counts, text};
use crate::report::plural;
use crate::view::line::{Line, Tone, heading, width as columns_of};

/// The procedures with their steps, and what else the file states.
pub fn overview(file: &str, runbook: &Runbook, width: usize, paint: Paint) -> String {
    let mut lines = Vec::new();
    if !runbook.title.is_empty() {
        lines.push(Line::of(Tone::Strong, &runbook.title));
    }
    let procedures = plural(runbook.procedures.len(), "procedure");
    let facts = plural(runbook.facts.len(), "fact");
    lines.push(Line::of(Tone::Faint, format!("{file}: {procedures}, {facts}")));
    let mut undoes = false;
    for procedure in &runbook.procedures {
        lines.push(Line::new());
        let name = format!("{file}#{}", procedure.slug);
        let title = Line::of(Tone::Strong, &procedure.title);
        let fits = title.width() + columns_of(&name) + 2 <= width;
        match fits {
            true => lines.push(title.pad_to(width - columns_of(&name)).and(Tone::Active, name)),
            false => lines.extend([title, Line::of(Tone::Active, name)]),
        }
        let numbers = numbers(&procedure.steps);
        let in_turn = procedure.steps.iter().zip(&numbers).filter(|(_, number)| *number != OUT_OF_TURN);
        lines.push(Line::of(Tone::Faint, counts(in_turn.map(|(step, _)| step))));
        undoes |= numbers.iter().any(|number| number == OUT_OF_TURN);
        for (step, number) in procedure.steps.iter().zip(numbers) {
            let (mark, tone) = match (step.danger.is_empty(), step.runs) {
                (false, _) => ("!", Tone::Bad),
                (true, Some(_)) => ("$", Tone::Active),
                (true, None) => ("·", Tone::Faint),
            };
            let line = Line::of(Tone::Faint, format!("{number:>3}  "))
                .and(tone, mark)
                .and(Tone::Plain, format!(" {}", heading(&step.title)));
            lines.push(line);
        }
    }
    lines.push(Line::new());
    let legend = Line::of(Tone::Active, "$").and(Tone::Faint, " runs   ").and(Tone::Faint, "· a person   ");
    let legend = legend.and(Tone::Bad, "!").and(Tone::Faint, " dangerous");
    lines.push(if undoes {
        legend.and(Tone::Faint, "   – undoes another step, not done in its turn")
    } else {
        legend
    });
    text(&lines, width, paint)
}
