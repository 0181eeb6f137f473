//! English verbs that begin an instruction, by what they ask for.

use super::VerbClass::{self, *};

/// Base forms by class; the classes are disjoint.
pub(super) const VERBS: &[(VerbClass, &str)] = &[
    (Verify, "verify confirm ensure validate assert expect reconfirm reverify revalidate prove"),
    (Check, "check recheck double-check doublecheck sanity-check cross-check crosscheck"),
    (Observe, "monitor watch test retest smoke-test observe track"),
    (Wait, "wait pause hold soak sleep"),
    (
        Notify,
        "brief notify announce inform tell communicate escalate page alert email e-mail message broadcast ping remind call \
         phone advise warn publish-status",
    ),
    (Approve, "approve sign-off signoff authorize authorise"),
    (Refer, "see refer consult read visit"),
    (
        Policy,
        "use keep avoid always never remember note consider prefer don't do-not beware assume be make-it plan treat \
         think understand know recognize recognise expect-to bear mind",
    ),
    (
        Look,
        "inspect look examine review analyze analyse investigate identify determine find locate assess compare diagnose \
         study scan search browse view list show display print inventory gather collect capture record obtain query \
         evaluate interpret correlate isolate reproduce profile trace measure count calculate estimate classify decide \
         choose pick select audit map enumerate observe-logs grep tail",
    ),
    (
        Act,
        "agree anonymize answer appoint attest authenticate back-out benchmark blackhole break categorise categorize certify \
         combine compact conclude customise customize cut-over decline defrag defragment delegate deny drive elevate empty \
         exchange fail-over fall-back gzip hand-off harvest highlight hydrate ingest mask mint nominate nudge partition pay \
         permit plug power-cycle preload prepend prewarm prioritise probe purchase reclaim redact redistribute redrive rehydrate \
         reimage rekey reroute ring sanitise scrub shed shred silence snooze squash stash steer switch-over tally tweak unfence \
         unfreeze unpin unplug unstick unwedge downshift reseed re-seed unseal untag untaint unzip wire zip",
    ),
    (
        Act,
        "abort accept access acknowledge ack acquire activate adapt add adjust allocate allow alter amend append apply \
         archive arrange ask assign attach attempt author back backfill backup balance begin bind block boot bootstrap \
         bounce bring build bump bypass cancel capture-heap change checkout cherry-pick clean cleanup clear click clone \
         close commit compile complete comment compress compute configure connect contact continue convert coordinate \
         copy cordon correct craft create cut cutover cycle deactivate debug declare decommission decrease decrypt define \
         defer degrade delete demote deploy deprecate deprovision describe design destroy detach develop diff disable \
         disallow discard disconnect dismiss dispatch distribute divert do document download downgrade downscale draft \
         drag drag-and-drop drag-drop drain draw drop dump duplicate edit eject elect email-out enable encrypt end enforce \
         engage enlarge enter erase establish evacuate evict exclude exec execute exit expand expire explain export expose \
         extend extract failback failover fail fast-track fetch file fill filter finalize finalise finish fix flag flip \
         flush follow force forward free freeze generate get give go grant group grow halt handle have hide host hotfix \
         implement import improve include increase increment index initialize initialise initiate inject insert install \
         instruct integrate invalidate invite invoke issue join keep-going kick kill label launch lay leave let lift limit \
         link load lock log login logout log-in lower make manage mark merge migrate minimize minimise mirror mitigate \
         modify mount move mute navigate normalize offload open operate optimise optimize order organize override package \
         park pass paste patch perform persist pin place point poll populate port post power practice practise prepare press \
         preserve prevent prioritize proceed process produce profile-heap promote prompt propagate propose protect provide \
         provision prune publish pull purge push put quarantine quiesce quit raise re-add re-apply re-check re-create \
         re-deploy re-enable re-enter re-establish re-import re-index re-install re-issue re-launch re-open re-queue re-route \
         re-run re-start re-sync reach react reactivate reapply reassign reattach rebalance rebase reboot rebuild recalculate \
         reconcile reconfigure reconnect recover recreate recycle redeploy redirect reduce reenable refactor refresh refund \
         regain regenerate register reimport reindex reinitialize reinstall reinstate reissue reject rejoin relabel relaunch \
         release reload relocate relieve remap remediate remove rename renew reopen reorganize repair repeat replace replay \
         replicate reply report repoint reprocess reprovision republish request requeue rerun rescale reschedule reseed \
         reserve reset reshard resize resolve resort respond restart restore restrict resubmit resume resync retain retire \
         retrieve retrigger retry return reuse revert revise revoke rewind rewrite roll rollback rollout roll-back rotate \
         route run sanitize save scale schedule scroll scp screenshot seal secure seed send separate serve set set-up setup \
         share shift ship shrink shut shutdown sign simulate skip slow snapshot source spawn specify spin split spot-check \
         ssh stage stand start state step stop store stop-start strengthen submit subscribe substitute suppress suspend swap \
         switch symlink sync synchronize synchronise tag take taint tar teardown tear terminate throttle tighten time toggle \
         train transfer transform transition translate trigger trim troubleshoot truncate tune turn type unblock uncomment \
         uncordon undeploy undo uninstall unload unlock unmount unmute unpack unpause unregister unset unsubscribe untar \
         unzip update upgrade upload upscale upsert vacuum wake walk warm warm-up whitelist allowlist wipe withdraw work \
         wrap write zip tick untick drill rehearse conduct hold-a discuss debrief summarize summarise hand handover \
         assemble convene host-a organise onboard offboard celebrate attend mobilize mobilise standby",
    ),
];

/// Base forms that are as often nouns ("log files", "build failures"): they need company that shows the verb.
pub(super) const AMBIGUOUS: &str = "access alert archive attempt audit back backup balance block boot build bump call capture \
    change check checkout clone commit contact copy cut cycle debug deploy design diff document download draft draw drill drop \
    dump email end escape exit export failover file filter fix flag flush force forward free freeze function go group grow halt \
    handle hold host hotfix import increase index install issue join kill label launch leave limit link list load lock log login \
    logout map mark merge message mirror mount move note open order package page park pass patch pause phone pin ping place plan \
    point poll port post power practice press print process profile prompt pull purge push put query queue rebase reboot rebuild \
    record release reload repair repeat replay reply report request reset resort restart restore retry return review revert roll \
    rollback rollout rotate route run save scale scan schedule scroll seal search secure seed serve set setup shift show shutdown \
    sign slow snapshot source split spot-check stage start state step stop store swap switch sync tag tail taint test time toggle \
    trace track train transfer trigger trim tune turn type undo update upgrade upload view visit wait wake walk warm watch work \
    wrap monitor follow standby triage read clear clean clean-up cleanup complete correct separate time have cause do let discuss \
    answer benchmark break compact cut-over drive empty exchange fail-over fall-back hand-off harvest highlight mask mint \
    nudge partition probe ring silence stash wire back-out brief hand cancel cordon allow include provide give return contact support";

/// Words that may stand before the verb of an instruction.
pub(super) const FILLERS: &[&str] = &[
    "please",
    "then",
    "now",
    "next",
    "also",
    "first",
    "second",
    "third",
    "finally",
    "lastly",
    "and",
    "or",
    "optionally",
    "optional",
    "afterwards",
    "again",
    "simply",
    "just",
    "kindly",
    "either",
    "alternatively",
    "instead",
    "once",
    "let's",
    "otherwise",
    "todo",
    "action",
    "step",
    "so",
    "only",
];

/// Openings that make an instruction of what follows.
pub(super) const OPENINGS: &[&str] = &[
    "you should ",
    "you must ",
    "you need to ",
    "you have to ",
    "you will need to ",
    "you'll need to ",
    "you can ",
    "you may ",
    "you may need to ",
    "we need to ",
    "we should ",
    "we must ",
    "we have to ",
    "make sure to ",
    "be sure to ",
    "try to ",
    "remember to ",
    "don't forget to ",
    "do not forget to ",
    "you'll want to ",
    "you want to ",
    "it is recommended to ",
    "we recommend to ",
    "one should ",
    "go ahead and ",
    "be prepared to ",
    "be ready to ",
    "if needed ",
    "if necessary ",
    "if required ",
    "if possible ",
    "as needed ",
    "in parallel ",
    "at this point ",
    "ensure to ",
    "take care to ",
    "see if you can ",
    "you could ",
    "you might want to ",
    "you may want to ",
    "you'll have to ",
    "you will have to ",
    "it is best to ",
    "it is useful to ",
    "it can be useful to ",
    "it may be useful to ",
    "it is helpful to ",
    "it can be helpful to ",
    "it may be helpful to ",
    "it might help to ",
    "it helps to ",
];

/// Words that begin a clause before the instruction ("If the queue grows, …").
pub(super) const SUBORDINATORS: &[&str] = &[
    "if",
    "when",
    "once",
    "after",
    "before",
    "for",
    "in",
    "on",
    "at",
    "from",
    "using",
    "to",
    "with",
    "as",
    "based",
    "during",
    "unless",
    "until",
    "while",
    "under",
    "within",
    "where",
    "since",
    "because",
    "via",
    "in case",
    "depending",
    "assuming",
    "given",
    "whenever",
    "upon",
    "by",
    "per",
    "through",
    "wenn",
    "falls",
    "nach",
    "vor",
    "bei",
    "um",
    "für",
    "si",
    "después",
    "antes",
    "cuando",
    "para",
    "en",
    "quand",
    "après",
    "avant",
    "pour",
    "se",
    "quando",
    "dopo",
    "prima",
    "após",
    "caso",
    "ak",
    "keď",
    "po",
    "pred",
    "pre",
    "pokud",
    "když",
    "jeśli",
    "jeżeli",
    "если",
    "после",
    "перед",
    "als",
];
