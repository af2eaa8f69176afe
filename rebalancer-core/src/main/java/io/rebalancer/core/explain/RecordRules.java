package io.rebalancer.core.explain;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.RetryClass;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.object.CopyLocation;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;

/** Explains a metadata record to a person: what holds it, what the job does next, and what the person can do. */
public final class RecordRules {
    private static final String NOTHING = "Nothing has to be done.";

    private static final String UNTIL_WINDOW = "Nothing until the window of the job opens.";

    private RecordRules() {}

    private record Step(String text, Optional<Instant> at) {
        static Step of(String text) {
            return new Step(text, Optional.empty());
        }
    }

    /**
     * Explains a record.
     *
     * @param inFlight the object's assignment; empty if the object is not in flight
     */
    public static RecordExplanation explain(
            ExplainedJob job, FoundRecord found, AttemptHistory history, Optional<ObjectInFlight> inFlight) {
        boolean names =
                found.record().filter(record -> record.names(job.leaving())).isPresent();
        if (found.record().isPresent() && !names) {
            return new RecordExplanation(
                    found,
                    RecordStatus.NOT_ON_NODE,
                    history,
                    Optional.empty(),
                    "Nothing: the record does not name " + job.leaving() + ". Its copies are on " + copies(found) + ".",
                    Optional.empty(),
                    "",
                    NOTHING);
        }
        if (names && inFlight.isPresent()) {
            return inFlight(job, found, history, inFlight.get());
        }
        if (job.excludes(found.ref().key())) {
            return blocked(
                    job,
                    found,
                    RecordStatus.EXCLUDED,
                    history,
                    new BlockingRule(
                            "The key contains a text of evacuate.exclude-keys-containing, so no job moves the record.",
                            "Remove the text from evacuate.exclude-keys-containing, and retry the job."),
                    Step.of("Nothing: the job ends as DONE_WITH_EXCEPTIONS at best."));
        }
        if (history.last().isPresent()) {
            return unmoved(job, found, history, history.last().get());
        }
        return found.record().isEmpty() ? unreadable(job, found, history) : notReached(job, found, history);
    }

    private static RecordExplanation inFlight(
            ExplainedJob job, FoundRecord found, AttemptHistory history, ObjectInFlight assignment) {
        String node = assignment.destination().storageNode().text();
        String next = switch (assignment.state()) {
            case PLANNED ->
                "The assignment is sent to the agent of " + node + " until the agent accepts or refuses it.";
            case ACCEPTED -> "The agent of " + node + " copies the object, and verifies it.";
            case COPIED -> "The copy on " + node + " is verified; its metadata records are changed next.";
        };
        JobPhase phase = job.state().phase();
        boolean held = phase == JobPhase.PAUSING || phase == JobPhase.PAUSED;
        return new RecordExplanation(
                found,
                RecordStatus.IN_FLIGHT,
                history,
                Optional.of(assignment),
                held ? "Nothing until the job is resumed. Then: " + next : next + job.waits(),
                Optional.empty(),
                held ? "The job is paused." : "",
                held ? resume(job) : NOTHING + " If it stays in flight, look at the agent of " + node + ".");
    }

    private static RecordExplanation unmoved(
            ExplainedJob job, FoundRecord found, AttemptHistory history, Attempt last) {
        BlockingRule rule = BlockingRule.of(last.reason());
        Step next = afterException(job, last);
        boolean retried = last.reason().retryClass() != RetryClass.PERMANENT && isRetriedIn(job);
        RecordStatus status = retried ? RecordStatus.WAITS_FOR_PASS : RecordStatus.EXCEPTION;
        return blocked(job, found, status, history, rule, next);
    }

    private static boolean isRetriedIn(ExplainedJob job) {
        return switch (job.state().phase()) {
            case SETUP, RUNNING, STALLED, WAITING, VERIFYING, PAUSING, PAUSED, CLOSING_WINDOW, WAITING_WINDOW -> true;
            case NONE, FAILING, CANCELLING, DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, FAILED, CANCELLED -> false;
        };
    }

    private static Step afterException(ExplainedJob job, Attempt last) {
        int pass = job.state().pass();
        return switch (job.state().phase()) {
            case NONE, SETUP -> Step.of("The first pass of the job begins.");
            case RUNNING, STALLED ->
                last.pass() < pass
                        ? Step.of("Pass " + pass + " runs and tries the record again." + job.waits())
                        : Step.of(afterRunningPass(pass, last.reason().retryClass()));
            case WAITING ->
                new Step(
                        last.reason().retryClass() == RetryClass.PERMANENT
                                ? "The next pass looks at the record again, and finds the same cause unless the record"
                                        + " has changed."
                                : "Pass " + (pass + 1) + " tries the record again.",
                        job.nextPassAt());
            case VERIFYING ->
                Step.of("The verification reads all shards; if the record still names the node, a pass"
                        + " follows that tries it again.");
            case PAUSING, PAUSED -> Step.of("Nothing until the job is resumed.");
            case CLOSING_WINDOW, WAITING_WINDOW -> Step.of(UNTIL_WINDOW);
            case FAILING, CANCELLING -> Step.of("Nothing: the job ends.");
            case DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, FAILED, CANCELLED ->
                Step.of("Nothing: the job has ended as " + job.state().phase() + ".");
        };
    }

    private static String afterRunningPass(int pass, RetryClass retry) {
        return switch (retry) {
            case TRANSIENT ->
                "When pass " + pass + " ends, another pass tries the record again, unless three passes in a row"
                        + " settle no record.";
            case PRESSURE ->
                "When pass " + pass + " ends, passes try the record again until there is space, for as long as"
                        + " evacuate.timeouts.full-destinations.";
            case PERMANENT ->
                "No pass follows for this record; if one follows for others, it looks at the record again.";
        };
    }

    private static RecordExplanation blocked(
            ExplainedJob job,
            FoundRecord found,
            RecordStatus status,
            AttemptHistory history,
            BlockingRule rule,
            Step next) {
        return new RecordExplanation(
                found,
                status,
                history,
                Optional.empty(),
                next.text(),
                next.at(),
                rule.rule(),
                rule.unblock() + afterwards(job));
    }

    /** What else is to do so that the change takes effect. */
    private static String afterwards(ExplainedJob job) {
        return switch (job.state().phase()) {
            case NONE, SETUP, RUNNING, STALLED, WAITING, VERIFYING, CLOSING_WINDOW, WAITING_WINDOW -> "";
            case PAUSING, PAUSED -> " Then: " + resume(job);
            case FAILING, CANCELLING -> " When the job has ended: " + retry(job);
            case DONE, DONE_WITH_EXCEPTIONS, LIMIT_REACHED, FAILED, CANCELLED -> " Then: " + retry(job);
        };
    }

    private static RecordExplanation unreadable(ExplainedJob job, FoundRecord found, AttemptHistory history) {
        BlockingRule rule = BlockingRule.of(Reason.BAD_MANTA_OBJECT);
        return blocked(
                job,
                found,
                RecordStatus.UNREADABLE,
                history,
                new BlockingRule(rule.rule() + " " + found.fault(), rule.unblock()),
                Step.of("Nothing is known of it in this job: it has not been met as a record of " + job.leaving()
                        + "."));
    }

    private static RecordExplanation notReached(ExplainedJob job, FoundRecord found, AttemptHistory history) {
        String leaving = job.leaving().text();
        return switch (job.state().phase()) {
            case NONE, SETUP, RUNNING, STALLED ->
                open(
                        found,
                        history,
                        Step.of("The scan of shard " + found.ref().shard()
                                + " has not come to the record, or the record"
                                + " waits for a destination. It is planned in this pass." + job.waits()),
                        "",
                        NOTHING);
            case WAITING ->
                open(
                        found,
                        history,
                        new Step(
                                "The last pass did not meet the record. The verification after the next passes reads every"
                                        + " row, and a pass follows that moves it.",
                                job.nextPassAt()),
                        "",
                        NOTHING);
            case VERIFYING ->
                open(
                        found,
                        history,
                        Step.of("The verification meets the record, and another pass follows that moves it."
                                + job.waits()),
                        "",
                        NOTHING);
            case CLOSING_WINDOW, WAITING_WINDOW ->
                open(
                        found,
                        history,
                        Step.of(UNTIL_WINDOW),
                        "The window in which the job may work is closed.",
                        "Change the window: rebalancer-adm settings window.");
            case PAUSING, PAUSED ->
                open(found, history, Step.of("Nothing until the job is resumed."), "The job is paused.", resume(job));
            case FAILING, CANCELLING ->
                open(
                        found,
                        history,
                        Step.of("Nothing: the job ends."),
                        "The job ends before it moved the record.",
                        "When the job has ended: " + retry(job));
            case LIMIT_REACHED ->
                open(
                        found,
                        history,
                        Step.of("Nothing: the job has ended as LIMIT_REACHED."),
                        "The job took on as many records as its order allows.",
                        "Create a job without a limit: " + retry(job));
            case DONE, DONE_WITH_EXCEPTIONS, FAILED, CANCELLED ->
                open(
                        found,
                        history,
                        Step.of("Nothing: the job has ended as " + job.state().phase() + "."),
                        "The job has ended, and did not list the record. It named " + leaving
                                + " only later, or the job ended before it came to it.",
                        "Find out what wrote the record, because " + leaving + " should be out of service. Then: "
                                + retry(job));
        };
    }

    private static RecordExplanation open(
            FoundRecord found, AttemptHistory history, Step next, String rule, String unblock) {
        return new RecordExplanation(
                found, RecordStatus.NOT_REACHED, history, Optional.empty(), next.text(), next.at(), rule, unblock);
    }

    private static String copies(FoundRecord found) {
        String list = found.record().stream()
                .flatMap(record -> record.copies().stream())
                .map(RecordRules::text)
                .collect(Collectors.joining(", "));
        return list.isEmpty() ? "no storage node (the object is empty)" : list;
    }

    private static String text(CopyLocation copy) {
        return copy.storageNode() + " (" + copy.datacenter() + ")";
    }

    private static String resume(ExplainedJob job) {
        return "rebalancer-adm job resume " + job.id();
    }

    private static String retry(ExplainedJob job) {
        return "rebalancer-adm job retry " + job.id();
    }
}
