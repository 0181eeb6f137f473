//! The fifteen templates: what a post of each kind is for, and the words that the built-in writer makes it from.
//!
//! `{audience}`, `{pain}`, `{benefit}`, `{proof}`, `{offer}`, `{client}` and `{keyword}` stand for what the brief says.

/// A kind of post.
#[derive(Debug, PartialEq, Eq)]
pub struct Template {
    pub id: &'static str,
    /// For people.
    pub title: &'static str,
    /// A sentence for people and language models: what the post is to do.
    pub purpose: &'static str,
    /// First lines; no two of all templates begin alike.
    pub hooks: [&'static str; 4],
    /// Middles; each can stand behind each first line.
    pub middles: [&'static str; 3],
}

/// The template of this id.
pub fn template(id: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.id == id)
}

/// All of them, in the order posts are dealt out.
pub static TEMPLATES: [Template; 15] = [
    Template {
        id: "problem-solution",
        title: "Problem and solution",
        purpose: "Name one thing that hurts the audience and show the way out.",
        hooks: [
            "There is a cost nobody puts on an invoice: {pain}.",
            "Ask {audience} what slows them down, and you hear it quickly: {pain}.",
            "Most weeks do not fail because of big disasters. They fail because of {pain}.",
            "If one thing could go away tomorrow, let it be this: {pain}.",
        ],
        middles: [
            "We built {offer} for exactly that. What changes first: {benefit}.",
            "The way out is smaller than it looks. Start with {offer}, fix the one step that hurts, and you get {benefit}.",
            "You do not need more effort, you need one thing less to worry about. That is the idea behind {offer}: {benefit}.",
        ],
    },
    Template {
        id: "how-to",
        title: "How to",
        purpose: "Teach three small steps that work today.",
        hooks: [
            "Three steps to {benefit}, without a new tool.",
            "How to begin with {benefit} this week:",
            "A short recipe against {pain}:",
            "Save this for Monday. It helps with {pain}.",
        ],
        middles: [
            "1. Write down where it happens.\n2. Pick the one place that costs most.\n3. Change only that, and look again after two weeks.",
            "First, measure it for five days. Second, choose the smallest change that could help. Third, tell the team why you do it.",
            "Step one: name the owner. Step two: agree what good looks like. Step three: check it every Friday for ten minutes.",
        ],
    },
    Template {
        id: "myth-fact",
        title: "Myth and fact",
        purpose: "Correct one belief that the audience holds, kindly.",
        hooks: [
            "Myth: you have to live with {pain}.",
            "People say that this job cannot be done without {pain}. It can.",
            "\"That is just how it is.\" We hear it about {pain} all the time.",
            "Here is a belief worth dropping: only big teams get {benefit}.",
        ],
        middles: [
            "The fact is simpler. Once somebody looks at the cause, the way to {benefit} is shorter than most expect.",
            "What we see is different: {proof}. Nothing about that was luck.",
            "It is a habit, and habits can be changed. {offer} exists because we changed it, one client at a time.",
        ],
    },
    Template {
        id: "story",
        title: "Story",
        purpose: "Tell a short scene that ends in an insight.",
        hooks: [
            "Last spring we sat with a team that had given up on {benefit}.",
            "It was a quiet Tuesday when somebody finally said it aloud: {pain}.",
            "Our first client taught us more than any book did.",
            "A small moment that we still talk about:",
        ],
        middles: [
            "They did not ask for much. They wanted one week without {pain}. A month later they told us: {proof}.",
            "Nobody argued. Everybody had thought it for months. We spent the afternoon on one question: what would it take to have {benefit}?",
            "We had prepared slides. We closed them and listened. By the evening the plan fitted on one page, and it began with {benefit}.",
        ],
    },
    Template {
        id: "proof-point",
        title: "Proof point",
        purpose: "Let one fact from the brief speak.",
        hooks: [
            "One line from our notebook: {proof}.",
            "Numbers first, opinions later: {proof}.",
            "What does it look like when it works? {proof}.",
            "Proof beats promises. So here it is: {proof}.",
        ],
        middles: [
            "Behind it is no trick. It is what happens when {audience} get {benefit} and keep it.",
            "We share it because so many believe that nothing helps against {pain}. Something does.",
            "It began with {offer}, and with people who were tired of {pain}.",
        ],
    },
    Template {
        id: "question",
        title: "Question",
        purpose: "Ask the audience something worth answering.",
        hooks: [
            "When did you last have a day without {pain}?",
            "What would you do with the time if {benefit} were normal?",
            "Honest question for {audience}:",
            "Which hurts more: {pain}, or getting used to it?",
        ],
        middles: [
            "We ask it in every first talk. The answers are rarely about money. They are about calm, about evenings, about trust.",
            "Tell us in a sentence. We read every answer, and the best ones end up in how we build {offer}.",
            "There is no wrong answer. But whoever has one is halfway to {benefit}.",
        ],
    },
    Template {
        id: "checklist",
        title: "Checklist",
        purpose: "Give a list that can be ticked off.",
        hooks: [
            "Five signs that you have got used to {pain}:",
            "Before you change anything, check these points:",
            "A checklist for {audience} who want {benefit}:",
            "Tick what is true for you today:",
        ],
        middles: [
            "- You plan around it.\n- New people learn it in week one.\n- Nobody counts the hours.\n- It comes up at dinner.\n- You stopped asking why.",
            "- Who owns it?\n- When did it last happen?\n- What did it cost?\n- Who noticed first?\n- What would be good enough?",
            "- One person feels responsible.\n- The steps are written down.\n- Somebody looks at it each week.\n- You know what {benefit} is worth to you.",
        ],
    },
    Template {
        id: "mistake",
        title: "Common mistake",
        purpose: "Warn of a mistake and offer the better way.",
        hooks: [
            "The mistake we see most often with {pain}: working harder.",
            "Do not buy anything yet.",
            "Stop treating {pain} as somebody's fault.",
            "We made this mistake ourselves, so you need not:",
        ],
        middles: [
            "More effort hides the cause for another quarter. Look for the step that produces it, and take that step away. From there it is not far to {benefit}.",
            "Software on top of an unclear process is an unclear process with a bill. Sort out who does what first. Then {offer} can do its part.",
            "Blame is quick and changes nothing. Ask what made it likely, and you find the way to {benefit}.",
        ],
    },
    Template {
        id: "behind-the-scenes",
        title: "Behind the scenes",
        purpose: "Show how the client works, and let people be seen.",
        hooks: [
            "Behind the scenes at {client}: how a week really looks.",
            "Coffee, a whiteboard, and one rule on it.",
            "You asked how we work. Like this:",
            "Nobody sees this part of {offer}, and we are a little proud of it.",
        ],
        middles: [
            "Mondays we listen, Tuesdays to Thursdays we build, Fridays we ask whether it helped. It is not exciting. It works, and what comes of it lasts: {benefit}.",
            "The rule says: no promise without a date. It is on the wall because a vague answer is where it often starts: {pain}.",
            "Every change goes past the person who has to live with it. That takes a day longer and saves months of {pain}.",
        ],
    },
    Template {
        id: "client-win",
        title: "Client's success",
        purpose: "Tell what a client reached, with their fact.",
        hooks: [
            "This made our week: {proof}.",
            "A client wrote to us on Sunday. The subject was one word: finally.",
            "Small team, big change.",
            "Success rarely looks like a headline. Here it looked like {benefit}.",
        ],
        middles: [
            "What they did differently is not a secret. They chose one goal, {benefit}, and said no to the rest for six weeks.",
            "They had tried twice before. This time they began with the cause, and the result was this: {proof}.",
            "The best part is what they no longer talk about: {pain}.",
        ],
    },
    Template {
        id: "quick-tip",
        title: "Quick tip",
        purpose: "Give one tip that takes five minutes.",
        hooks: [
            "A five-minute tip against {pain}:",
            "Try this before lunch.",
            "Small habit, large effect:",
            "Tip of the week for {audience}:",
        ],
        middles: [
            "Write the next step, a name and a date under every note you take today. It is astonishing how much of {pain} that prevents.",
            "Ask the last person in the chain what they are missing. Then give it to the first one. That is the shortest road to {benefit} we know.",
            "Put fifteen minutes on Friday to close what is open. You start the week with {benefit} instead of leftovers.",
        ],
    },
    Template {
        id: "before-after",
        title: "Before and after",
        purpose: "Contrast the day before with the day after.",
        hooks: [
            "Before: {pain}. After: {benefit}.",
            "Two calendars of the same person, three months apart.",
            "Then and now, told by {audience}:",
            "Picture the same Thursday twice.",
        ],
        middles: [
            "Nothing heroic lies between the two. A clear start, a short list, and {offer} to keep it going.",
            "In the first there is no gap. In the second there is a free afternoon, and a reason for it: {benefit}.",
            "The work did not become less important. It only stopped shouting. That is what getting rid of {pain} feels like.",
        ],
    },
    Template {
        id: "offer",
        title: "Offer",
        purpose: "Present the offer plainly, for whom it is and for whom not.",
        hooks: [
            "What we do, in one sentence: {offer}.",
            "Made for {audience}, and for nobody else.",
            "{offer}: who it helps, and who should keep their money.",
            "You may not need us. Here is how to tell.",
        ],
        middles: [
            "It helps if you lose hours each week to {pain}. It does not help if you look for a quick fix. What you get: {benefit}.",
            "We say no to more requests than we accept. Where we say yes, the goal is written down on day one: {benefit}.",
            "Once a year? Shrug it off. Every week? Then let us talk about {pain}.",
        ],
    },
    Template {
        id: "objection",
        title: "Objection",
        purpose: "Take one doubt seriously and answer it.",
        hooks: [
            "\"We have no time for this.\" Fair. Let us count it together.",
            "The most honest doubt we hear: will it last?",
            "Too small for that? We thought so, too.",
            "Sceptical about {benefit}? Good.",
        ],
        middles: [
            "An hour a week goes into {pain} in most places we visit, often three. The first talk takes thirty minutes.",
            "It lasts where somebody owns it. That is why we hand over as early as we can, and stay reachable. Recent example: {proof}.",
            "Doubt keeps people from buying nonsense. So test it on one case, keep what works, and drop the rest.",
        ],
    },
    Template {
        id: "invitation",
        title: "Invitation",
        purpose: "Invite to a next step and make it easy.",
        hooks: [
            "An open invitation to {audience}:",
            "No slides, no pitch, thirty minutes.",
            "Bring your worst example of {pain}.",
            "This month we keep a few mornings free.",
        ],
        middles: [
            "You tell us where it hurts, we tell you what we would try first. If that is all you need, wonderful.",
            "We look at it together and sketch a way to {benefit}. You keep the sketch, whatever you decide.",
            "They are for people who are done with {pain} and want to talk to somebody who has seen it before.",
        ],
    },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn first_lines_all_begin_otherwise() {
        let opening = |hook: &str| hook.split_whitespace().take(3).collect::<Vec<_>>().join(" ").to_lowercase();
        let all: Vec<String> = TEMPLATES.iter().flat_map(|template| template.hooks).map(opening).collect();
        let distinct: BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
        let ids: BTreeSet<&str> = TEMPLATES.iter().map(|template| template.id).collect();
        assert_eq!(ids.len(), TEMPLATES.len());
    }
}
